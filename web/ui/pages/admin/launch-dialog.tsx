import {
  Alert,
  Button,
  Checkbox,
  Group,
  Modal,
  NumberInput,
  SegmentedControl,
  Select,
  SimpleGrid,
} from '@mantine/core';
import { Stack, Text, TextInput } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { Link, useLocation } from 'wouter';
import type { FleetRunPreview, StartedFleetRun } from '../../../../contracts/api/fleet-runs.js';
import { MACHINE_TYPE_NAMES } from '../../../../contracts/machine-types.js';
import { post } from '../../api.js';
import { Failed, Loading, problemOf } from '../../components/states.js';
import { useQueryState } from '../../query-state.js';
import { ParameterFields } from '../../run/parameter-fields.js';
import { Preview } from './preview.js';
import { usePreview } from './use-preview.js';
import type { Draft } from './use-preview.js';

const WORD = 'regenerate';
const ONLY = [
  { value: '', label: 'All' },
  { value: 'failed', label: 'Failed' },
  { value: 'missing', label: 'Data missing' },
  { value: 'stale', label: 'Out of date' },
];

/** Starts a fleet run: with exactly the machines that it shows. @param missing only machines without a model */
export default function LaunchDialog({ missing, onClose }: { missing: boolean; onClose: () => void }) {
  const [query] = useQueryState();
  const [draft, setDraft] = useState<Draft>(() => first(missing, query));
  const [asked] = useDebouncedValue(draft, 400);
  const preview = usePreview(asked);
  const settled = asked === draft && !preview.isFetching && preview.error === null;
  return (
    <Modal
      opened
      onClose={onClose}
      size="xl"
      title={missing ? 'Train missing models' : 'Regenerate all data'}
      closeButtonProps={{ 'aria-label': 'Close' }}
    >
      <Stack gap="sm">
        <Choice draft={draft} missing={missing} onChange={setDraft} />
        <Settings draft={draft} onChange={setDraft} />
        {preview.error !== null && <Failed error={preview.error} retry={() => void preview.refetch()} />}
        {preview.data === undefined && preview.error === null && <Loading what="what would run" />}
        {preview.data !== undefined && <Preview preview={preview.data} />}
        {preview.data !== undefined && (
          <Launch preview={preview.data} draft={draft} settled={settled} missing={missing} onClose={onClose} />
        )}
      </Stack>
    </Modal>
  );
}

/** What the fleet's page was filtered by holds here too. */
function first(missing: boolean, query: URLSearchParams): Draft {
  const given = ['q', 'type', 'state'].flatMap((key) => {
    const value = query.get(key);
    return value === null || value === '' ? [] : [[key, value] as const];
  });
  return { only: missing ? 'noModel' : null, filter: Object.fromEntries(given), force: false, parameters: {} };
}

interface Part {
  draft: Draft;
  onChange: (draft: Draft) => void;
}

function Choice({ draft, missing, onChange }: Part & { missing: boolean }) {
  const { q, state } = draft.filter ?? {};
  return (
    <>
      {(q !== undefined || state !== undefined) && (
        <Alert variant="outline" p="xs">
          <Group gap="xs">
            <Text size="sm">
              Only machines that match{state === undefined ? '' : ` the state “${state}”`}
              {q === undefined ? '' : ` the search “${q}”`}.
            </Text>
            <Button
              size="compact-xs"
              variant="default"
              onClick={() => {
                onChange({ ...draft, filter: {} });
              }}
            >
              Take all machines
            </Button>
          </Group>
        </Alert>
      )}
      <Group gap="sm" align="flex-end">
        {!missing && (
          <SegmentedControl
            size="xs"
            aria-label="Which machines"
            data={ONLY}
            value={draft.only ?? ''}
            onChange={(only) => {
              onChange({ ...draft, only: only === '' ? null : (only as 'failed') });
            }}
          />
        )}
        <Select
          label="Type"
          w={150}
          data={[{ value: '', label: 'All types' }, ...MACHINE_TYPE_NAMES.map((value) => ({ value, label: value }))]}
          value={draft.filter?.type ?? ''}
          allowDeselect={false}
          onChange={(type) => {
            const { type: _, ...filter } = draft.filter ?? {};
            onChange({ ...draft, filter: type === null || type === '' ? filter : { ...filter, type } });
          }}
        />
        <NumberInput
          label="Machines at once"
          w={140}
          min={1}
          max={500}
          allowDecimal={false}
          placeholder="as the workers can"
          value={draft.concurrency ?? ''}
          onChange={(value) => {
            onChange({ ...draft, concurrency: typeof value === 'number' ? value : null });
          }}
        />
      </Group>
    </>
  );
}

function Settings({ draft, onChange }: Part) {
  return (
    <>
      <SimpleGrid cols={{ base: 2, sm: 5 }} spacing="sm">
        <ParameterFields
          given={draft.parameters ?? {}}
          onChange={(parameters) => {
            onChange({ ...draft, parameters });
          }}
        />
      </SimpleGrid>
      <Checkbox
        size="xs"
        label="Run every step again, also those that are up to date"
        checked={draft.force ?? false}
        onChange={({ currentTarget: { checked } }) => {
          onChange({ ...draft, force: checked });
        }}
      />
    </>
  );
}

/** The last step: a typed word where published data would be replaced. */
function Launch(props: {
  preview: FleetRunPreview;
  draft: Draft;
  settled: boolean;
  missing: boolean;
  onClose: () => void;
}) {
  const { preview, draft, settled, missing, onClose } = props;
  const [, navigate] = useLocation();
  const [word, setWord] = useState('');
  const replaced = preview.machines.filter((machine) => machine.replaces).length;
  const count = preview.machines.length;
  const start = useMutation({
    mutationFn: () => {
      const machineIds = preview.machines.map((machine) => machine.machineId);
      const { parameters, force, concurrency = null } = draft;
      return post<StartedFleetRun>('/api/fleet-runs', { machineIds, parameters, force, concurrency });
    },
    onSuccess: ({ name }) => {
      navigate(`/fleet/${name}`);
    },
  });
  const confirmed = replaced === 0 || word.trim().toLowerCase() === WORD;
  return (
    <>
      {replaced > 0 && (
        <TextInput
          label={`Type “${WORD}” to replace ${replaced === 1 ? '1 published data set' : `${replaced} published data sets`}`}
          description="Each stays published until the new one has passed, and can be rolled back to."
          value={word}
          onChange={({ currentTarget: { value } }) => {
            setWord(value);
          }}
        />
      )}
      {start.error !== null && <Refused error={start.error} />}
      <Group justify="flex-end" gap="xs">
        <Button variant="default" onClick={onClose}>
          Back
        </Button>
        <Button
          disabled={count === 0 || !settled || !confirmed}
          loading={start.isPending || start.isSuccess}
          onClick={() => {
            start.mutate();
          }}
        >
          {missing ? 'Train' : 'Regenerate'} {count === 1 ? '1 machine' : `${count.toLocaleString('en')} machines`}
        </Button>
      </Group>
    </>
  );
}

function Refused({ error }: { error: unknown }) {
  const { code, field, detail, hint } = problemOf(error);
  if (code !== 'FLEET_RUN_UNDER_WAY' || field === null) return <Failed error={error} />;
  return (
    <Alert color="red" variant="outline" role="alert" title={detail}>
      <Text size="sm">
        {hint}. <Link href={`/fleet/${field}`}>Open fleet run {field}</Link>
      </Text>
    </Alert>
  );
}
