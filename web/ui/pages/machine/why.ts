const FEW_RUNS =
  'The seed has few runs, so that the model repeats them. More rows of the seed give it more runs to learn from.';
const LEARNT_LITTLE = 'The model has learnt too little: train for more epochs, or give it more rows of the seed.';
const FEW_DRAWN = 'Few runs were drawn, so that chance weighs heavily: ask for more rows of the data set.';

/** Why a check may have failed, by what its name begins with. */
const REASONS: [string, string][] = [
  ['Memorised', FEW_RUNS],
  ['No near-copies', FEW_RUNS],
  ['No cop', FEW_RUNS],
  ['Run length', FEW_DRAWN],
  ['Failure modes', FEW_DRAWN],
  ['Every failure mode', FEW_DRAWN],
  ['Feature ranges', 'Values lie beyond what a sensor can show: its limits in the profile may be too narrow.'],
  ['Piled up', 'Many values stop at a sensor’s limit: its limits in the profile may be too narrow.'],
  ['Timestamp', 'The files were changed after they were made, or come from an older version: make them again.'],
  ['Row counts', 'The files were changed after they were made, or come from an older version: make them again.'],
  ['RUL', 'The files were changed after they were made, or come from an older version: make them again.'],
];

/** Why a check may have failed, and so what may help. */
export function whyItMayBe(check: string): string {
  return REASONS.find(([beginning]) => check.startsWith(beginning))?.[1] ?? LEARNT_LITTLE;
}
