import { SearchAttributeType, defineSearchAttributeKey } from '@temporalio/common';

/** The search attributes of this project's workflows; the embedded server registers them, other servers are checked. */
export const ATTRIBUTE = {
  machineId: defineSearchAttributeKey('MachineId', SearchAttributeType.KEYWORD),
  machineType: defineSearchAttributeKey('MachineType', SearchAttributeType.KEYWORD),
  step: defineSearchAttributeKey('Step', SearchAttributeType.KEYWORD),
  fleetRun: defineSearchAttributeKey('FleetRun', SearchAttributeType.KEYWORD),
} as const;
