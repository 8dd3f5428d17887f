import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { listMachines, readConfiguration } from '../../activities/fleet-folder.js';
import { machineConfig } from '../support/profiles.js';

function fleet(): { where: { projectRoot: string; dataRoot: string }; folder: string } {
  const dataRoot = mkdtempSync(join(tmpdir(), 'fleet-'));
  const folder = join(dataRoot, 'fleet');
  mkdirSync(folder);
  return { where: { projectRoot: dataRoot, dataRoot }, folder };
}

describe('a machine’s configuration', () => {
  const broken: [string, (path: string) => unknown][] = [
    [
      'a folder',
      (path) => {
        mkdirSync(path);
      },
    ],
    ['a pipe that nobody writes to', (path) => execFileSync('mkfifo', [path])],
    [
      'a device without an end',
      (path) => {
        symlinkSync('/dev/zero', path);
      },
    ],
    [
      'a link to itself',
      (path) => {
        symlinkSync(path, path);
      },
    ],
    [
      'a file of 6 MB',
      (path) => {
        writeFileSync(path, ' '.repeat(6_000_000));
      },
    ],
    [
      'text that is not UTF-8',
      (path) => {
        writeFileSync(path, Buffer.from([0xff, 0xfe, 0x7b]));
      },
    ],
    [
      'an array nested 300,000 deep',
      (path) => {
        writeFileSync(path, '['.repeat(300_000) + ']'.repeat(300_000));
      },
    ],
    [
      'an object of 250,000 unknown fields',
      (path) => {
        writeFileSync(path, JSON.stringify(manyFields()));
      },
    ],
  ];

  it.each(broken)('that is %s is invalid input, once and briefly', async (_, make) => {
    const { where, folder } = fleet();
    make(join(folder, 'pump_a.json'));
    const refused: unknown = await readConfiguration('pump_a', where).catch((error: unknown) => error);
    expect(refused).toMatchObject({ type: 'InvalidInput', nonRetryable: true });
    expect((refused as Error).message.length).toBeLessThan(3_000);
  });

  it('may leave out its id, which its file name gives', async () => {
    const { where, folder } = fleet();
    const withoutId = { ...machineConfig('pump_a'), machine_id: undefined };
    writeFileSync(join(folder, 'pump_a.json'), JSON.stringify(withoutId));
    expect(await readConfiguration('pump_a', where)).toMatchObject({ machine_id: 'pump_a', machine_type: 'pump' });
  });
});

it('a file whose name is not a machine id is not a machine', async () => {
  const { where, folder } = fleet();
  for (const name of ['pump_a.json', 'Pump B.json', '\u001b[2J.json', 'notes.txt'])
    writeFileSync(join(folder, name), '{}');
  expect(await listMachines(where)).toEqual(['pump_a']);
});

function manyFields(): Record<string, number> {
  return Object.fromEntries(Array.from({ length: 250_000 }, (_, at) => [`k${at}`, at]));
}
