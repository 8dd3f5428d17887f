import { cpSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, symlinkSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { identify, isSamePlace, placeOf } from '../../workers/data-root.js';

const root = mkdtempSync(join(tmpdir(), 'data-root-'));
const path = (name: string) => join(root, name);
afterAll(() => {
  rmSync(root, { recursive: true, force: true });
});

describe('a data root', () => {
  mkdirSync(path('own'));
  const own = identify(path('own'));

  it('has one id, whoever asks', () => {
    expect(identify(path('own')).id).toBe(own.id);
    expect(readFileSync(path('own/.folder-id'), 'utf8').trim()).toBe(own.id);
    expect(placeOf(path('none')).id).toBeNull();
  });

  it('is the same under another name of the same host', () => {
    symlinkSync(path('own'), path('link'));
    expect(isSamePlace(own, placeOf(path('link')))).toBe(true);
  });

  it('is the same on another host, under another path', () => {
    expect(isSamePlace({ ...own, host: 'elsewhere', path: '/mnt/own' }, own)).toBe(true);
    expect(isSamePlace({ ...own, host: 'elsewhere', id: null }, own)).toBe(false);
  });

  it('is another than its copy', () => {
    cpSync(path('own'), path('copy'), { recursive: true });
    expect(placeOf(path('copy')).id).toBe(own.id);
    expect(isSamePlace(own, { ...placeOf(path('copy')), host: hostname() })).toBe(false);
  });

  it('is the same after it was moved', () => {
    renameSync(path('own'), path('moved'));
    expect(isSamePlace(own, placeOf(path('moved')))).toBe(true);
  });
});
