import { SimpleGrid, Stack } from '@mantine/core';
import { MACHINE_TYPE_NAMES } from '../../../contracts/machine-types.js';
import { LongTextField, SelectField, TextField } from './fields.js';
import { useWizard } from './wizard.js';

/** Which machine it is. */
export function IdentityPage() {
  const { editing, form } = useWizard();
  return (
    <Stack>
      <SimpleGrid cols={{ base: 1, xs: 2 }}>
        {editing === null ? (
          <TextField
            path="machine_id"
            label="Machine id"
            description="Lower-case letters, digits and underscores, as pump_atlas_005"
            placeholder="pump_atlas_005"
            required
            mono
            autoFocus={form.getValues().machine_id === ''}
          />
        ) : null}
        <SelectField
          path="machine_type"
          label="Type"
          description="How long it lives and how it wears, unless you say otherwise"
          options={MACHINE_TYPE_NAMES}
          required
        />
        <TextField path="manufacturer" label="Maker" placeholder="Atlas Copco" />
        <TextField path="model" label="Model" placeholder="GA 30" />
      </SimpleGrid>
      <LongTextField path="description" label="Description" placeholder="What it does, and where" />
    </Stack>
  );
}
