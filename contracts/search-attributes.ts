/** The search attributes of this project's workflows, all of type Keyword. Plain data: workflow code imports it. */
export const SEARCH_ATTRIBUTES = {
  machineId: 'MachineId',
  machineType: 'MachineType',
  step: 'Step',
  fleetRun: 'FleetRun',
} as const;
