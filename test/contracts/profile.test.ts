import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { Profile } from '../../contracts/profile.js';
import { machineConfig, sensor } from '../support/profiles.js';

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

describe('a profile', () => {
  const twin = sensor('vibration', 2, 5, 8);
  it.each([
    ['no sensors', { sensors: [] }, 'at least one sensor'],
    ['twin sensors', { sensors: [twin, twin] }, 'unique'],
    ['a reserved sensor name', { sensors: [sensor('rul', 2, 5, 8)], failure_modes: [] }, 'may not be called'],
    [
      'min not below max',
      { sensors: [{ ...twin, physical_min: 40, physical_max: 40 }], failure_modes: [] },
      'below physical_max',
    ],
    [
      'a warning beyond the trip limit',
      { sensors: [{ ...twin, warning: 9 }], failure_modes: [] },
      'between normal 2 and trip 8',
    ],
    [
      'a warning on the other side of normal',
      { sensors: [{ ...twin, warning: 1 }], failure_modes: [] },
      'between normal 2 and trip 8',
    ],
    ['an unknown type', { machine_type: 'spaceship' }, 'machine_type'],
    ['an effect on no sensor', { sensors: [twin] }, 'not one of the sensors'],
    ['an unknown field', { colour: 'red' }, 'colour'],
    ['wear that nothing reads', { wear: { lifecycles_in_seed: 3 } }, 'lifecycles_in_seed'],
    ['an unknown wear characteristic', { wear: { degradation: 'sudden' } }, 'slow'],
  ])('with %s is refused', (_, changes, reason) => {
    const parsed = Profile.safeParse(machineConfig('pump_test_001', changes));
    expect(parsed.success).toBe(false);
    expect(JSON.stringify(parsed.error?.issues)).toContain(reason);
  });

  it('without failure modes is allowed', () => {
    expect(Profile.safeParse(machineConfig('pump_test_001', { failure_modes: [] })).success).toBe(true);
  });
});
