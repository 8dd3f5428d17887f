import { Alert, Code, Text } from '@mantine/core';
import type { SystemState } from '../../../contracts/api/system.js';
import { useConnected } from '../live.js';

/** What is wrong with the console's surroundings, above every page. */
export function Banners({ system }: { system: SystemState | null }) {
  const connected = useConnected();
  if (connected === false)
    return (
      <Banner title="Live updates lost">
        The console does not answer; this page is as it was, and goes on by itself. If it stays so, start it again:{' '}
        <Code>npm start</Code>
      </Banner>
    );
  if (system === null) return null;
  if (!system.temporal.reachable)
    return (
      <Banner title="Temporal unreachable">
        Nothing answers at {system.temporal.address}. Runs under way are safe and go on when it is back; nothing can be
        started or steered meanwhile.
      </Banner>
    );
  const idle = Object.entries(system.pollers ?? {}).filter(([, count]) => count === 0);
  if (idle.length === 0) return null;
  const queues = idle.map(([kind]) => system.queues[kind as keyof SystemState['queues']]);
  return (
    <Banner title="No worker is polling">
      No worker polls {queues.join(' and ')}: what is started waits. Start one: <Code>npm run worker</Code>
    </Banner>
  );
}

function Banner({ title, children }: { title: string; children: React.ReactNode }) {
  return (
    <Alert color="var(--bad)" variant="outline" title={title} mb="sm" role="status">
      <Text size="sm">{children}</Text>
    </Alert>
  );
}
