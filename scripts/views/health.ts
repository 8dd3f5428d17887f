import type { MachineHealth } from '../../contracts/runs.js';
import { healthState } from '../../manager/health.js';
import type { HealthState } from '../../manager/health.js';
import { table } from './format.js';

const WORDS: Record<HealthState, string> = {
  ready: '🟢 Fully Ready',
  dataMissing: '🔴 Data Missing',
  modelMissing: '🟡 Model Missing',
};

export function healthTable(machines: readonly MachineHealth[]): string {
  const mark = (good: boolean) => (good ? '✓' : '✗');
  const rows = machines.map((m) => [m.machineId, mark(m.metadata), mark(m.model), mark(m.data), WORDS[healthState(m)]]);
  return table(['machine', 'profile', 'model', 'data set', 'state'], rows);
}
