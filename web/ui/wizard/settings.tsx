import { Fieldset, Group, SimpleGrid, Slider, Stack, Text } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import type { Estimate, EstimateQuestion } from '../../../contracts/api/drafts.js';
import { post } from '../api.js';
import { NUMBERS, numberIn, parametersOf, splitProblem } from './draft.js';
import type { Draft } from './draft.js';
import { NumberField } from './fields.js';
import { useWizard } from './wizard.js';
import classes from './wizard.module.css';

/** The range of the slider; the field beside it takes any number that is allowed. */
const EPOCHS = { min: 100, max: 500 };

/** How much is simulated, learned and generated. */
export function SettingsPage() {
  const { form } = useWizard();
  const { parameters } = form.getValues();
  const epochs = Number(numberIn(parameters.epochs)) || 0;
  return (
    <Stack>
      <Fieldset legend="Training">
        <Stack gap="sm">
          <Group align="flex-end" wrap="nowrap" gap="lg">
            <div className={classes['grow']}>
              <Text size="xs" fw={500} mb={6} id="epochs-slider">
                Epochs
              </Text>
              <Slider
                {...EPOCHS}
                step={10}
                value={Math.min(EPOCHS.max, Math.max(EPOCHS.min, epochs))}
                marks={[100, 200, 300, 400, 500].map((value) => ({ value, label: String(value) }))}
                mb="md"
                thumbProps={{ 'aria-labelledby': 'epochs-slider' }}
                onChange={(value) => {
                  // The slider also says so when it only follows the field beside it.
                  if (epochs >= EPOCHS.min && epochs <= EPOCHS.max) form.setFieldValue('parameters.epochs', value);
                }}
                onChangeEnd={(value) => {
                  form.setFieldValue('parameters.epochs', value);
                }}
              />
            </div>
            <div className={classes['narrow']}>
              <NumberField path="parameters.epochs" label="Epochs, exactly" eager />
            </div>
          </Group>
          <SimpleGrid cols={{ base: 1, xs: 2, md: 3 }} spacing="sm">
            <NumberField
              path="parameters.batchSize"
              label="Batch size"
              description={NUMBERS.batchSize.description}
              eager
            />
            <NumberField path="parameters.patience" label="Patience" description={NUMBERS.patience.description} eager />
            <NumberField path="parameters.seed" label="Random seed" description={NUMBERS.seed.description} eager />
          </SimpleGrid>
        </Stack>
      </Fieldset>
      <Fieldset legend="Rows">
        <SimpleGrid cols={{ base: 1, xs: 2 }} spacing="sm">
          <NumberField
            path="parameters.seedSamples"
            label="Rows of the seed"
            description="simulated by physics; the model learns from them"
            eager
          />
          <NumberField
            path="parameters.samples"
            label="Rows of the data set"
            description="over train, val and test"
            eager
          />
        </SimpleGrid>
        <SimpleGrid cols={3} spacing="sm" mt="sm">
          <NumberField path="parameters.train" label="Train" unit="%" />
          <NumberField path="parameters.val" label="Val" unit="%" />
          <NumberField path="parameters.test" label="Test" unit="%" />
        </SimpleGrid>
        <SplitNote draft={form.getValues()} />
      </Fieldset>
      <EstimateNote />
    </Stack>
  );
}

function SplitNote({ draft }: { draft: Draft }) {
  const wrong = splitProblem(draft.parameters);
  if (wrong !== null)
    return (
      <Text size="xs" c="var(--bad)" mt={6} role="alert">
        {wrong}
      </Text>
    );
  const { samples, split } = parametersOf(draft);
  if (samples === undefined || split === undefined || !Number.isFinite(samples)) return null;
  const [train, val, test] = split.map((share) => Math.round(share * samples).toLocaleString('en'));
  return (
    <Text size="xs" c="dimmed" mt={6}>
      about {train} rows to train, {val} to validate and {test} to test, by whole runs
    </Text>
  );
}

/** How long the run may take, by what others took. */
export function EstimateNote() {
  const { form, problems } = useWizard();
  const draft = form.getValues();
  const usable = !problems.some(({ field }) => field.startsWith('parameters.'));
  const question: EstimateQuestion = { parameters: parametersOf(draft), sensors: draft.sensors.length || null };
  const [asked] = useDebouncedValue(JSON.stringify(question), 300);
  const { data } = useQuery({
    queryKey: ['estimate', asked],
    queryFn: ({ signal }) => post<Estimate>('/api/estimates', JSON.parse(asked), signal),
    enabled: usable,
    placeholderData: keepPreviousData,
  });
  if (data === undefined || !usable) return null;
  const { seconds, machines, steps } = data;
  if (seconds === null)
    return (
      <Text size="sm" c="dimmed">
        No machine has been through its steps yet, so there is nothing to estimate the time from.
      </Text>
    );
  const training = steps.find(({ step }) => step === 'trainTvae')?.seconds ?? 0;
  return (
    <Text size="sm">
      Takes <b>about {spoken(seconds)}</b>
      <Text span size="sm" c="dimmed">
        , of which training {spoken(training)}; by the history of {machines} {machines === 1 ? 'machine' : 'machines'}
      </Text>
    </Text>
  );
}

function spoken(seconds: number): string {
  if (seconds < 1) return 'a second';
  if (seconds < 90) return `${Math.ceil(seconds)} s`;
  return seconds < 5400 ? `${Math.round(seconds / 60)} min` : `${(seconds / 3600).toFixed(1)} h`;
}
