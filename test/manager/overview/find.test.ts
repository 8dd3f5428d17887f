import { MachineFilter } from '../../../contracts/api/machines.js';
import type { MachineTile } from '../../../contracts/api/machines.js';
import { find } from '../../../manager/overview/find.js';

function tile(machineId: string, state: MachineTile['state'], changes: Partial<MachineTile> = {}): MachineTile {
  return {
    ...{ machineId, machineType: 'pump', manufacturer: 'KSB', model: 'Etanorm', state, reason: null, run: null },
    ...{ verdict: null, quality: null, worst: null, rows: null, madeAt: null, fleetRun: null },
    has: { profile: true, model: true, data: true },
    ...changes,
  };
}

const FLEET = [
  tile('pump_b', 'ready', { verdict: 'pass', quality: 0.8 }),
  tile('pump_a', 'ready', { verdict: 'pass', quality: 0.9, madeAt: '2026-01-02' }),
  tile('pump_c', 'ready', { verdict: 'warn', quality: 0.95, madeAt: '2026-01-01' }),
  tile('cnc_d', 'failed', { machineType: 'cnc', manufacturer: 'Haas', model: 'VF-2' }),
  tile('fan_e', 'running', { machineType: 'fan', manufacturer: 'Howden' }),
];

function ids(filter: Partial<MachineFilter>): string[] {
  return find(FLEET, MachineFilter.parse(filter)).machines.map((machine) => machine.machineId);
}

describe('the machines that match', () => {
  it('come worst first: by state, then by verdict, then by quality', () => {
    expect(ids({})).toEqual(['cnc_d', 'fan_e', 'pump_c', 'pump_b', 'pump_a']);
  });

  it('come by name, by type or by when they were made', () => {
    expect(ids({ sort: 'name' })).toEqual(['cnc_d', 'fan_e', 'pump_a', 'pump_b', 'pump_c']);
    expect(ids({ sort: 'type' })).toEqual(['cnc_d', 'fan_e', 'pump_a', 'pump_b', 'pump_c']);
    expect(ids({ sort: 'recent' }).slice(0, 2)).toEqual(['pump_a', 'pump_c']);
  });

  it('are searched by id, type, maker and model: every word must occur', () => {
    expect(ids({ q: 'haas' })).toEqual(['cnc_d']);
    expect(ids({ q: 'KSB _a' })).toEqual(['pump_a']);
    expect(ids({ q: 'ksb haas' })).toEqual([]);
  });

  it('come in pages, with the number on all of them', () => {
    const page = find(FLEET, MachineFilter.parse({ offset: 3, limit: 1 }));
    expect(page.machines.map((machine) => machine.machineId)).toEqual(['pump_b']);
    expect(page).toMatchObject({ total: 5, offset: 3, fleet: 5, types: ['cnc', 'fan', 'pump'] });
  });

  it('are counted by state whatever state is chosen', () => {
    const page = find(FLEET, MachineFilter.parse({ state: 'failed', type: 'cnc' }));
    expect(page.total).toBe(1);
    expect(page.counts).toMatchObject({ failed: 1, ready: 0, running: 0 });
  });
});
