/** Names of topics of the live events: what a page can watch. Plain data: the pages run it, and no schema with it. */
export const TOPIC = {
  system: 'system',
  machines: 'machines',
  machine: (machineId: string) => `machine:${machineId}`,
  fleetRun: (name: string) => `fleet-run:${name}`,
} as const;
