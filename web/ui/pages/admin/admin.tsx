import { Alert, Button, Card, SimpleGrid, Text, Title } from '@mantine/core';
import { Link } from 'wouter';
import type { FleetRunSummary } from '../../../../contracts/api/machines.js';
import { When } from '../../components/time.js';
import { onDemand } from '../../on-demand.js';
import { useQueryState } from '../../query-state.js';
import { useLiveFleet } from '../fleet/use-machines.js';
import { HealthCard } from './health-card.js';
import { LastRuns } from './last-runs.js';
import { MissingModels } from './missing-models.js';
import { RetiredCard } from './retired.js';
import classes from './admin.module.css';

const LaunchDialog = onDemand(() => import('./launch-dialog.js'));

/** What concerns the whole fleet: regenerate, train what is missing, check. */
export default function AdminPage() {
  const live = useLiveFleet();
  const [query, change] = useQueryState();
  const runs = live?.fleet.runs ?? [];
  const running = runs.find((run) => run.finishedAt === null) ?? null;
  const opened = query.get('open');
  const close = () => {
    change({ open: null, q: null, type: null, state: null });
  };
  return (
    <>
      <title>Admin · GAN Manager</title>
      <Title order={1} size="h3" mb="sm">
        Admin
      </Title>
      {running !== null && <UnderWay run={running} />}
      <SimpleGrid cols={{ base: 1, md: 3 }} spacing="sm" mb="md">
        <Card className={classes['card'] ?? ''}>
          <Title order={2} size="h5">
            Regenerate all data
          </Title>
          <Text size="sm" c="dimmed" my="xs">
            Takes every machine through its steps, as after a change of the code or of many profiles. You see first
            which machines run, which are skipped and why, and how long it takes.
          </Text>
          <Button
            onClick={() => {
              change({ open: 'regenerate' });
            }}
          >
            Regenerate all data…
          </Button>
        </Card>
        <MissingModels
          onTrain={() => {
            change({ open: 'train' });
          }}
        />
        <HealthCard />
      </SimpleGrid>
      <LastRuns runs={runs} known={live !== null} />
      <RetiredCard />
      {(opened === 'regenerate' || opened === 'train') && (
        <LaunchDialog key={opened} missing={opened === 'train'} onClose={close} />
      )}
    </>
  );
}

function UnderWay({ run }: { run: FleetRunSummary }) {
  const done = (run.counts?.succeeded ?? 0) + (run.counts?.upToDate ?? 0);
  return (
    <Alert variant="outline" mb="sm" role="status" title={`Fleet run ${run.name} is under way`}>
      <Text size="sm">
        {done} of {run.total} machines are done, began <When at={run.startedAt} />. Another one can be started when it
        has ended. <Link href={`/fleet/${run.name}`}>Open it</Link>
      </Text>
    </Alert>
  );
}
