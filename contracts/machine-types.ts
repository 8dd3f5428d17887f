/**
 * The machine types: how long a run of each lasts and how its damage grows, unless its configuration says otherwise.
 * `npm run schema` writes the table for Python; GAN/gan/simulation/physics.py defines each kind of degradation.
 */
export const DEGRADATIONS = ['slow', 'medium', 'fast', 'exponential'] as const;

export interface WearDefaults {
  /** The longest run there is, in hours. */
  maxRulHours: number;
  degradation: (typeof DEGRADATIONS)[number];
}

export const MACHINE_TYPES = {
  motor: { maxRulHours: 1000, degradation: 'slow' },
  pump: { maxRulHours: 800, degradation: 'medium' },
  cnc: { maxRulHours: 500, degradation: 'exponential' },
  fan: { maxRulHours: 1200, degradation: 'slow' },
  compressor: { maxRulHours: 600, degradation: 'fast' },
  conveyor: { maxRulHours: 900, degradation: 'medium' },
  hydraulic: { maxRulHours: 850, degradation: 'medium' },
  cooling_tower: { maxRulHours: 1100, degradation: 'medium' },
  robot: { maxRulHours: 1100, degradation: 'slow' },
  transformer: { maxRulHours: 1500, degradation: 'slow' },
  turbofan: { maxRulHours: 700, degradation: 'exponential' },
  chiller: { maxRulHours: 1200, degradation: 'medium' },
  other: { maxRulHours: 900, degradation: 'medium' },
} as const satisfies Record<string, WearDefaults>;

export type MachineTypeName = keyof typeof MACHINE_TYPES;
/** Their names, in the order that messages list them. */
export const MACHINE_TYPE_NAMES = Object.keys(MACHINE_TYPES) as [MachineTypeName, ...MachineTypeName[]];
