import { NumberInput } from '@mantine/core';
import schema from '../../../contracts/generated/parameters.schema.json' with { type: 'json' };

/** The parameters that people change most. */
const LABELS = {
  epochs: 'Epochs',
  batchSize: 'Batch size',
  seedSamples: 'Rows of the seed',
  samples: 'Rows of the data set',
  seed: 'Random seed',
} as const;
type Name = keyof typeof LABELS;
const NAMES = Object.keys(LABELS) as Name[];

/** Step parameters by name, as far as they are given. */
export type Given = Readonly<Record<string, unknown>>;

/** A field for each, with its default and its range. @param given an empty field's parameter is undefined */
export function ParameterFields({ given, onChange }: { given: Given; onChange: (given: Given) => void }) {
  return NAMES.map((name) => {
    const { default: usual, minimum, maximum } = schema.properties[name];
    return (
      <NumberInput
        key={name}
        label={LABELS[name]}
        min={minimum}
        max={maximum}
        allowDecimal={false}
        thousandSeparator=","
        value={Number(given[name] ?? usual)}
        onChange={(value) => {
          onChange({ ...given, [name]: typeof value === 'number' ? value : undefined });
        }}
      />
    );
  });
}

/** Whether two differ in a parameter. */
export function differ(name: Name, one: Given, other: Given): boolean {
  const { default: usual } = schema.properties[name];
  return (one[name] ?? usual) !== (other[name] ?? usual);
}
