import { Alert, Group, Select, Text, Title } from '@mantine/core';
import type { FleetRunAccount } from '../../../../contracts/api/fleet-runs.js';
import { MACHINE_SORTS } from '../../../../contracts/runs.js';
import type { MachineSort } from '../../../../contracts/runs.js';
import { ApiError } from '../../api.js';
import { State } from '../../components/state.js';
import type { StateName } from '../../components/state.js';
import { Failed, Loading, Nothing } from '../../components/states.js';
import { When, useNow } from '../../components/time.js';
import { duration } from '../../format.js';
import { useQueryState } from '../../query-state.js';
import { Actions } from './actions.js';
import { Grid } from './grid.js';
import { Totals } from './totals.js';
import { useFleetRun, useGrid } from './use-fleet-run.js';
import type { LiveRunState } from './use-fleet-run.js';

/** A fleet run: how far it is, every machine and step, and what can be done. */
export default function FleetRunPage({ params: { name } }: { params: { name: string } }) {
  const { live, problem } = useFleetRun(name);
  const account = live?.account ?? null;
  if (problem !== null) return <Failed error={new ApiError(problem)} />;
  return (
    <>
      <title>{`${name} · Fleet run · GAN Manager`}</title>
      <Group gap="xs" align="center">
        <Title order={1} size="h3">
          Fleet run {name}
        </Title>
        {account !== null && <Head account={account} />}
      </Group>
      {live !== null && live.silentSince !== null && <Silent since={live.silentSince} />}
      {account !== null && <Totals account={account} />}
      <Machines name={name} live={live} account={account} />
    </>
  );
}

const WORDS: Record<FleetRunAccount['status'], [StateName, string]> = {
  planning: ['waiting', 'Planning'],
  running: ['running', 'Running'],
  paused: ['paused', 'Paused'],
  cancelling: ['waiting', 'Cancelling…'],
  succeeded: ['ready', 'Succeeded'],
  failed: ['failed', 'Failed'],
  cancelled: ['cancelled', 'Cancelled'],
};

function Head({ account }: { account: FleetRunAccount }) {
  const [state, word] = WORDS[account.status];
  return (
    <>
      <State state={state}>{word}</State>
      <Text size="sm" c="dimmed">
        began <When at={account.startedAt} />
      </Text>
      <Actions account={account} />
    </>
  );
}

function Silent({ since }: { since: number }) {
  const now = useNow(1_000);
  return (
    <Alert color="yellow" variant="outline" mt="xs" role="status" title="The run does not answer">
      <Text size="sm">
        Neither Temporal nor a worker has answered for {duration((now - since) / 1000)}; this is the account of before.
        Without a worker nothing goes on: npm start
      </Text>
    </Alert>
  );
}

const ORDERS: Record<MachineSort, string> = {
  worst: 'Worst first',
  fleet: 'As they run',
  name: 'By name',
  recent: 'Changed last first',
  slowest: 'Slowest first',
};

function Machines(props: { name: string; live: LiveRunState | null; account: FleetRunAccount | null }) {
  const { name, live, account } = props;
  const [query, change] = useQueryState();
  const status = query.get('state');
  const sort = query.get('sort') ?? 'worst';
  const filter = new URLSearchParams({ sort, ...(status === null ? {} : { status }) }).toString();
  const { data, error, refetch } = useGrid(name, filter, account);
  if (error !== null && data === undefined) return <Failed error={error} retry={() => void refetch()} />;
  if (data === undefined) return <Loading what="machines" />;
  return (
    <>
      <Select
        aria-label="Order"
        w={170}
        mb="xs"
        data={MACHINE_SORTS.map((value) => ({ value, label: ORDERS[value] }))}
        value={sort}
        allowDeselect={false}
        onChange={(value) => {
          change({ sort: value === 'worst' ? null : value });
        }}
      />
      {data.total === 0 ? (
        <Nothing title="No machine" text={emptyText(account, status)} />
      ) : (
        <Grid name={name} filter={filter} page={data} live={live} over={account?.finishedAt != null} />
      )}
    </>
  );
}

function emptyText(account: FleetRunAccount | null, status: string | null): string {
  if (account?.status === 'planning') return 'The run is choosing its machines.';
  return status === null ? 'This run found no machine to take.' : 'No machine of this run is in that state.';
}
