import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { Profile } from '../../contracts/profile.js';

const FLEET = join(import.meta.dirname, '../../GAN/fleet');

describe('the fleet’s configurations', () => {
  const files = readdirSync(FLEET);

  it('are 26 machines', () => {
    expect(files).toHaveLength(26);
  });

  it.each(files)('%s is a valid profile of the machine it is named after', (file) => {
    const profile = Profile.parse(JSON.parse(readFileSync(join(FLEET, file), 'utf8')));
    expect(`${profile.machine_id}.json`).toBe(file);
    expect(profile.sensors.length).toBeGreaterThanOrEqual(5);
    expect(profile.sensors.length).toBeLessThanOrEqual(20);
    expect(profile.failure_modes.length).toBeGreaterThanOrEqual(2);
    expect(profile.failure_modes.length).toBeLessThanOrEqual(5);
  });
});
