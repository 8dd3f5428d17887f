import { expectedSeconds, isDue } from '../../manager/fleet-plan.js';
import type { PlannedMachine } from '../../activities/plan.js';

type Steps = PlannedMachine['steps'];

function planned(
  machineId: string,
  ...steps: [Steps[number]['step'], 'run' | 'skip', number | null][]
): PlannedMachine {
  return {
    machineId,
    machineType: 'pump',
    published: true,
    steps: steps.map(([step, action, lastSeconds]) => ({ step, action, reason: 'r', lastSeconds })),
  };
}

describe('the time that a fleet run is expected to take', () => {
  it('is what its steps took last, shared by so many machines at once', () => {
    const machines = [planned('a', ['trainTvae', 'run', 10]), planned('b', ['trainTvae', 'run', 30])];
    expect(expectedSeconds(machines, 1)).toBe(40);
    expect(expectedSeconds(machines, 2)).toBe(20);
    expect(expectedSeconds(machines, 8)).toBe(20);
  });

  it('assumes that a step that never ran on a machine takes as long as elsewhere', () => {
    const machines = [
      planned('a', ['trainTvae', 'run', null]),
      planned('b', ['trainTvae', 'run', 30]),
      planned('c', ['trainTvae', 'skip', 10]),
    ];
    expect(expectedSeconds(machines, 1)).toBe(20 + 30);
  });

  it('is not known while a step has run nowhere', () => {
    expect(expectedSeconds([planned('a', ['trainTvae', 'run', null])], 1)).toBeNull();
  });

  it('is zero when nothing is due', () => {
    const machine = planned('a', ['trainTvae', 'skip', null]);
    expect(isDue(machine)).toBe(false);
    expect(expectedSeconds([machine], 1)).toBe(0);
  });
});
