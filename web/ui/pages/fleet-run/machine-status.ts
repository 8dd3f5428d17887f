import type { MachineStatus } from '../../../../contracts/runs.js';
import type { StateName } from '../../components/state.js';

/** How a machine's part in a fleet run is shown. */
export function stateOf(status: MachineStatus): StateName {
  if (status === 'queued') return 'waiting';
  return status === 'succeeded' ? 'done' : status;
}
