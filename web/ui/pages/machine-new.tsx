import { Alert, Anchor, Button, Group, Stack, Text, Title } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useQuery } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import type { ReactNode } from 'react';
import { Link, Redirect, useLocation, useParams, useSearchParams } from 'wouter';
import { Glyph } from '../components/glyph.js';
import type { Configuration } from '../../../contracts/api/drafts.js';
import { get } from '../api.js';
import { Confirm } from '../components/confirm.js';
import { Failed, Loading } from '../components/states.js';
import { draftOf } from '../wizard/draft.js';
import type { Draft } from '../wizard/draft.js';
import { IdentityPage } from '../wizard/identity.js';
import { OperationPage } from '../wizard/operation.js';
import { Preview } from '../wizard/preview.js';
import { ReviewPage } from '../wizard/review.js';
import { SensorsPage } from '../wizard/sensors.js';
import { SettingsPage } from '../wizard/settings.js';
import { dropDraft, keepDraft, keyOf, readDraft } from '../wizard/stored.js';
import { useCheck } from '../wizard/use-check.js';
import { PAGES, WizardContext, pageOf } from '../wizard/wizard.js';
import type { PageName, Wizard } from '../wizard/wizard.js';
import classes from '../wizard/wizard.module.css';

/** What a draft starts from, and where its pages are. */
interface Source {
  /** The machine that is cloned. */
  from: string | null;
  /** The machine that is changed. */
  editing: string | null;
  /** The id that the machine is to have. */
  id: string | null;
  urlOf: (page: PageName) => string;
}

/**
 * New Machine Wizard; also `?from=ID`, a clone, `?id=ID`, a machine of that id, and `/machines/ID/edit`, the same form
 * for a machine that exists.
 */
export default function MachineNewPage() {
  const { id: edited, page } = useParams<{ id?: string; page?: string }>();
  const [search] = useSearchParams();
  const [from, id] = [search.get('from'), search.get('id')];
  const editing = edited ?? null;
  const base = editing === null ? '/machines/new' : `/machines/${editing}/edit`;
  const query = search.toString();
  const urlOf = (name: PageName) => `${base}/${name}${query === '' ? '' : `?${query}`}`;
  const name = PAGES.find((each) => each.name === page)?.name;
  if (name === undefined) return <Redirect to={urlOf('identity')} replace />;
  const source: Source = { from, editing, id, urlOf };
  const key = keyOf({ from, editing, id });
  return <Start key={key} storedAs={key} source={source} page={name} />;
}

/** Waits for the machine that the draft starts from, unless the draft is kept here already. */
function Start({ storedAs, source, page }: { storedAs: string; source: Source; page: PageName }) {
  const { from, editing, id } = source;
  const [kept] = useState(() => readDraft(storedAs));
  const origin = editing ?? from;
  const { data, error, refetch } = useQuery({
    queryKey: ['configuration', origin],
    queryFn: ({ signal }) =>
      get<Configuration>(`/api/machines/${encodeURIComponent(origin ?? '')}/configuration`, signal),
    enabled: origin !== null,
    staleTime: Infinity,
  });
  if (error !== null) return <Failed error={error} retry={() => void refetch()} />;
  if (origin !== null && data === undefined) return <Loading what="machine" />;
  const { machine_id: _, ...copied } = data ?? {};
  const fresh = draftOf(editing === null ? { ...copied, machine_id: id ?? '' } : data);
  return <WizardForm storedAs={storedAs} source={source} page={page} fresh={fresh} kept={kept?.draft ?? null} />;
}

interface FormProps {
  storedAs: string;
  source: Source;
  page: PageName;
  /** What the draft is before anybody changed it. */
  fresh: Draft;
  /** What it was when this browser last kept it. */
  kept: Draft | null;
}

function WizardForm({ storedAs, source, page, fresh, kept }: FormProps) {
  const { editing, urlOf } = source;
  const [saved, setSaved] = useState<boolean | null>(kept === null ? null : true);
  const form = useForm<Draft>({
    initialValues: kept ?? fresh,
    onValuesChange: (draft) => {
      setSaved(keepDraft(storedAs, draft));
    },
  });
  const checked = useCheck(form.values, editing);
  const left = useLeft(page);
  const wizard: Wizard = { form, editing, urlOf, left, ...checked };
  const startOver = () => {
    form.setValues(fresh);
    dropDraft(storedAs);
    setSaved(null);
  };
  const done = () => {
    dropDraft(storedAs);
  };
  return (
    <WizardContext value={wizard}>
      <Head source={source} saved={saved} startOver={startOver} />
      <Steps page={page} wizard={wizard} />
      <div className={classes['layout']}>
        <Stack>
          <Title order={2} size="h4" className={classes['srOnly'] ?? ''}>
            {PAGES.find(({ name }) => name === page)?.title}
          </Title>
          <Page page={page} done={done} />
          <Turn page={page} urlOf={urlOf} />
        </Stack>
        <Preview />
      </div>
    </WizardContext>
  );
}

/** Pages that were left: whoever comes back wants to know what is missing there. */
function useLeft(page: PageName): ReadonlySet<PageName> {
  const [left, setLeft] = useState<{ at: PageName; pages: ReadonlySet<PageName> }>({ at: page, pages: new Set() });
  if (left.at !== page) setLeft({ at: page, pages: new Set([...left.pages, left.at]) });
  return left.pages;
}

function Page({ page, done }: { page: PageName; done: () => void }): ReactNode {
  if (page === 'identity') return <IdentityPage />;
  if (page === 'sensors') return <SensorsPage />;
  if (page === 'operation') return <OperationPage />;
  return page === 'settings' ? <SettingsPage /> : <ReviewPage done={done} />;
}

function Head({ source, saved, startOver }: { source: Source; saved: boolean | null; startOver: () => void }) {
  const [asking, setAsking] = useState(false);
  const { from, editing } = source;
  return (
    <Group justify="space-between" mb="xs" gap="xs">
      <div>
        <Title order={1} size="h3">
          {editing === null ? 'New machine' : `Edit ${editing}`}
        </Title>
        {from !== null && (
          <Text size="sm" c="dimmed">
            A copy of{' '}
            <Anchor component={Link} inherit underline="always" href={`/machines/${from}`}>
              {from}
            </Anchor>
            , with all that it has but its id
          </Text>
        )}
      </div>
      <Group gap="xs">
        {saved === true && (
          <Text size="xs" c="dimmed" role="status">
            Draft kept in this browser
          </Text>
        )}
        {saved === false && (
          <Text size="xs" c="var(--warn)" role="status">
            <Glyph of="⚠" /> This browser keeps no draft: a reload loses it
          </Text>
        )}
        {saved !== null && (
          <Button
            variant="subtle"
            color="gray"
            onClick={() => {
              setAsking(true);
            }}
          >
            Start over…
          </Button>
        )}
        {editing === null && (
          <Button component={Link} variant="default" href="/machines/new/import">
            Import recorded data
          </Button>
        )}
      </Group>
      <Confirm
        opened={asking}
        title="Start over?"
        verb="Discard the draft"
        onClose={() => {
          setAsking(false);
        }}
        onConfirm={startOver}
      >
        <Text size="sm">
          {from === null && editing === null
            ? 'All that you have entered here is discarded.'
            : `All that you have changed here is discarded; what ${editing ?? from ?? ''} has stays.`}
        </Text>
      </Confirm>
    </Group>
  );
}

/** The five pages, where they are, and what is to correct on each that was left. */
function Steps({ page, wizard }: { page: PageName; wizard: Wizard }) {
  const { problems, left, urlOf } = wizard;
  const last = left.has('review') || page === 'review';
  return (
    <nav aria-label="Pages of the wizard">
      <ol className={classes['steps']}>
        {PAGES.map(({ name, title }, at) => {
          const seen = last || left.has(name);
          const wrong = problems.filter(({ field }) => pageOf(field) === name).length;
          const here = name === page;
          return (
            <li key={name}>
              <Link href={urlOf(name)} className={classes['step'] ?? ''} {...(here ? { 'aria-current': 'step' } : {})}>
                <span className={classes['stepNumber']} aria-hidden>
                  {seen && wrong === 0 && !here && name !== 'review' ? <Glyph of="✓" /> : at + 1}
                </span>
                <span className={classes['stepTitle']}>{title}</span>
                {seen && wrong > 0 && (
                  <span className={classes['stepWrong']}>
                    <Glyph of="✕" /> {wrong}
                  </span>
                )}
              </Link>
            </li>
          );
        })}
      </ol>
    </nav>
  );
}

function Turn({ page, urlOf }: { page: PageName; urlOf: (page: PageName) => string }) {
  const at = PAGES.findIndex(({ name }) => name === page);
  const [before, after] = [PAGES[at - 1], PAGES[at + 1]];
  return (
    <Group justify="space-between">
      {before === undefined ? (
        <span />
      ) : (
        <Button component={Link} variant="default" href={urlOf(before.name)}>
          Back
        </Button>
      )}
      {after !== undefined && (
        <Button component={Link} href={urlOf(after.name)}>
          Next: {after.title.toLowerCase()}
        </Button>
      )}
    </Group>
  );
}
