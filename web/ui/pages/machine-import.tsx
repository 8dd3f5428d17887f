import { Alert, Button, Fieldset, Group, Loader, SimpleGrid, Stack, Text, TextInput, Title } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useEffect, useRef, useState } from 'react';
import { Link, useLocation, useSearchParams } from 'wouter';
import type { IdCheck } from '../../../contracts/api/drafts.js';
import type { ImportRequest, Imported } from '../../../contracts/api/imports.js';
import type { RowsAccount } from '../../../contracts/rows-account.js';
import { ApiError, get, post } from '../api.js';
import { Failed } from '../components/states.js';
import { Notes, Runs, Verdict } from '../import/account.js';
import { ColumnsTable } from '../import/columns-table.js';
import { FileDrop } from '../import/file-drop.js';
import { MachineOptions, ReadingOptions, Switch } from '../import/options.js';
import { AMOUNTS, NOTHING, amountProblem, optionsOf } from '../import/request.js';
import type { ImportDraft } from '../import/request.js';
import { More } from '../wizard/item-actions.js';
import classes from '../import/import.module.css';

const KEPT_AS = 'draft:import';
/** The rows are looked at again when somebody has stopped changing how they are read for so long. */
const AFTER_MS = 400;
/** Stands for an id that is not given yet: the rows can be looked at all the same. */
const SOME_ID = 'new_machine';

/** Import of recorded data: a file, what is understood of it, and how it becomes a machine's seed. `?machine=ID`. */
export default function MachineImportPage() {
  const [search] = useSearchParams();
  const [draft, setDraft] = useState(() => ({ ...kept(), machineId: search.get('machine') ?? kept().machineId }));
  // From what is there then: a file arrives while its sender types on.
  const change = (changed: Partial<ImportDraft>) => {
    setDraft((before) => ({ ...before, ...changed }));
  };
  useEffect(() => {
    localStorage.setItem(KEPT_AS, JSON.stringify(draft));
  }, [draft]);
  const [more, setMore] = useState(false);
  const show = (option: string) => {
    setMore(true);
    requestAnimationFrame(() => document.getElementById(option)?.focus());
  };
  const id = useId(draft.machineId);
  const rows = useRows(draft, id.known);
  return (
    <Stack>
      <Group justify="space-between">
        <Title order={1} size="h3">
          Import recorded data
        </Title>
        <Button component={Link} variant="default" href="/machines/new">
          Describe a machine instead
        </Button>
      </Group>
      <FileDrop
        upload={draft.upload}
        received={(upload) => {
          change({ upload, columns: {} });
        }}
      />
      <Machine draft={draft} change={change} id={id} />
      {draft.upload !== null && (
        <>
          <Understood draft={draft} change={change} rows={rows} show={show} />
          <More open={more} toggle={setMore} label="How the file is read" />
          {more && <ReadingOptions draft={draft} change={change} />}
          <Launch draft={draft} id={id} rows={rows} />
        </>
      )}
    </Stack>
  );
}

function kept(): ImportDraft {
  try {
    return { ...NOTHING, ...(JSON.parse(localStorage.getItem(KEPT_AS) ?? '{}') as Partial<ImportDraft>) };
  } catch {
    return NOTHING;
  }
}

/** What is known of an id: whether it is one, and whether a machine has it. */
interface KnownId {
  problem: string | null;
  /** A machine that is there already. */
  known: string | null;
  good: boolean;
}

function useId(id: string): KnownId {
  const [asked] = useDebouncedValue(id, 150);
  const { data } = useQuery({
    queryKey: ['machine-id', asked],
    queryFn: ({ signal }) => get<IdCheck>(`/api/machine-ids/${encodeURIComponent(asked)}`, signal),
    enabled: asked !== '',
    staleTime: 2_000,
  });
  if (id === '' || data?.id !== id) return { problem: null, known: null, good: false };
  const { taken, problem } = data;
  return { problem: taken ? null : problem, known: taken ? id : null, good: taken || problem === null };
}

interface Rows {
  account: RowsAccount | null;
  /** Whether the account is of what the page holds now. */
  current: boolean;
  error: unknown;
}

/** Looks at the rows again whenever the page holds something else. */
function useRows(draft: ImportDraft, machine: string | null): Rows {
  const usable = draft.upload !== null && AMOUNTS.every((name) => amountProblem(draft.fields[name]) === null);
  const request = { upload: draft.upload?.id ?? '', options: optionsOf(draft) } satisfies ImportRequest;
  const text = JSON.stringify([machine ?? SOME_ID, request]);
  const [asked] = useDebouncedValue(text, AFTER_MS);
  const { data, error, isPlaceholderData } = useQuery({
    queryKey: ['rows', asked],
    queryFn: ({ signal }) => {
      const [id, body] = JSON.parse(asked) as [string, ImportRequest];
      return post<RowsAccount>(`/api/machines/${id}/import/check`, body, signal);
    },
    enabled: usable && asked === text,
    placeholderData: keepPreviousData,
    staleTime: Infinity,
    gcTime: 60_000,
  });
  return { account: data ?? null, current: asked === text && data !== undefined && !isPlaceholderData, error };
}

interface PartProps {
  draft: ImportDraft;
  change: (change: Partial<ImportDraft>) => void;
}

function Machine({ draft, change, id }: PartProps & { id: KnownId }) {
  return (
    <Fieldset legend="Machine">
      <SimpleGrid cols={{ base: 1, xs: 2, md: 5 }} spacing="sm">
        <TextInput
          label="Machine id"
          withAsterisk
          placeholder="pump_hall2"
          autoComplete="off"
          spellCheck={false}
          classNames={{ input: 'mono' }}
          value={draft.machineId}
          error={id.problem}
          description={id.known === null ? 'A new machine' : 'This machine exists: its profile is checked'}
          inputWrapperOrder={['label', 'input', 'description', 'error']}
          onChange={(event) => {
            change({ machineId: event.currentTarget.value });
          }}
        />
        {(id.known === null || draft.switches.newProfile === true) && <MachineOptions draft={draft} change={change} />}
      </SimpleGrid>
      {id.known !== null && (
        <Stack gap="xs" mt="sm">
          <Switch draft={draft} change={change} name="newProfile" />
          <Switch draft={draft} change={change} name="replace" />
        </Stack>
      )}
    </Fieldset>
  );
}

function Understood({ draft, change, rows, show }: PartProps & { rows: Rows; show: (option: string) => void }) {
  const { account, current, error } = rows;
  const gone = error instanceof ApiError && error.problem.status === 404;
  return (
    <Stack gap="sm" component="section" aria-label="What is understood">
      <Group mih={24}>
        <Title order={2} size="h4">
          What is understood
        </Title>
        {!current && error === null && (
          <Group gap={6} role="status">
            <Loader size={12} />
            <Text size="xs" c="dimmed">
              reading the rows…
            </Text>
          </Group>
        )}
      </Group>
      {gone && (
        <Alert color="var(--bad)" variant="outline" role="alert" title="The file is no longer here">
          Files are kept for a day, and until they are imported. Choose it again.
        </Alert>
      )}
      {error !== null && !gone && <Failed error={error} />}
      {account !== null && !gone && (
        <>
          <Verdict account={account} show={show} />
          {account.columns.length > 0 && (
            <ColumnsTable
              account={account}
              draft={draft}
              set={(column, choice) => {
                change({ columns: { ...draft.columns, [column]: choice } });
              }}
            />
          )}
          <Notes notes={account.notes} />
          {account.runs !== null && <Runs runs={account.runs} />}
        </>
      )}
    </Stack>
  );
}

/** Imports, and starts the machine's pipeline if that is asked. Whatever is clicked twice is done once. */
function Launch({ draft, id, rows }: { draft: ImportDraft; id: KnownId; rows: Rows }) {
  const [, navigate] = useLocation();
  const [busy, setBusy] = useState<'import' | 'run' | null>(null);
  const [error, setError] = useState<unknown>(null);
  const launched = useRef(false);
  const { account, current } = rows;
  const ready = id.good && current && account?.refused === null;
  const launch = async (what: 'import' | 'run') => {
    if (launched.current || draft.upload === null) return;
    launched.current = true;
    setBusy(what);
    setError(null);
    const { machineId } = draft;
    try {
      const request: ImportRequest = { upload: draft.upload.id, options: optionsOf(draft) };
      await post<Imported>(`/api/machines/${machineId}/import`, request);
      localStorage.removeItem(KEPT_AS);
      if (what === 'run') await post(`/api/machines/${machineId}/runs`, {});
      navigate(what === 'run' ? `/runs/${machineId}` : `/machines/${machineId}`);
    } catch (refused) {
      setError(refused);
      setBusy(null);
      launched.current = false;
    }
  };
  return (
    <Stack gap="xs" className={classes['launch'] ?? ''}>
      {error !== null && <Failed error={error} />}
      <Group>
        <Button
          size="sm"
          loading={busy === 'run'}
          disabled={!ready || busy !== null}
          onClick={() => void launch('run')}
        >
          Import and run
        </Button>
        <Button
          size="sm"
          variant="default"
          loading={busy === 'import'}
          disabled={!ready || busy !== null}
          onClick={() => void launch('import')}
        >
          Import only
        </Button>
        {!ready && (
          <Text size="sm" c="dimmed" role="status">
            {waitingFor(draft, id, rows)}
          </Text>
        )}
      </Group>
    </Stack>
  );
}

function waitingFor(draft: ImportDraft, id: KnownId, { account, current }: Rows): string {
  if (draft.machineId === '') return 'Give the machine an id first.';
  if (id.problem !== null) return 'Correct the machine’s id first.';
  if (!current || account === null) return 'Reading the rows…';
  return account.refused === null ? '' : 'Say above how these rows are to be read.';
}
