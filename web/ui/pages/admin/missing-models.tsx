import { Button, Card, List, Text, Title } from '@mantine/core';
import { Link } from 'wouter';
import { Failed, Loading } from '../../components/states.js';
import { usePreview } from './use-preview.js';
import classes from './admin.module.css';

const SHOWN = 8;

/** Which machines have no model, and why each would be trained. */
export function MissingModels({ onTrain }: { onTrain: () => void }) {
  const { data, error, refetch } = usePreview({ only: 'noModel' });
  return (
    <Card className={classes['card'] ?? ''}>
      <Title order={2} size="h5">
        Train missing models
      </Title>
      {error !== null && <Failed error={error} retry={() => void refetch()} />}
      {error === null && data === undefined && <Loading what="machines without models" />}
      {data !== undefined && (
        <>
          <Text size="sm" my="xs">
            {foundText(data.machines.length)}
          </Text>
          <List size="xs" mb="xs" spacing={2}>
            {data.machines.slice(0, SHOWN).map(({ machineId, reason }) => (
              <List.Item key={machineId}>
                <Link href={`/machines/${machineId}`}>{machineId}</Link>: {reason}
              </List.Item>
            ))}
            {data.skipped.slice(0, SHOWN).map(({ machineId, reason }) => (
              <List.Item key={machineId}>
                <Link href={`/machines/${machineId}`}>{machineId}</Link> is left out: {reason}
              </List.Item>
            ))}
          </List>
          {data.machines.length > SHOWN && (
            <Text size="xs" mb="xs">
              <Link href="/?state=modelMissing">and {data.machines.length - SHOWN} more</Link>
            </Text>
          )}
          <Button disabled={data.machines.length === 0} onClick={onTrain}>
            Train missing models…
          </Button>
        </>
      )}
    </Card>
  );
}

function foundText(count: number): string {
  if (count === 0) return 'Every machine that can be trained has a model.';
  return count === 1
    ? 'Found 1 machine without a model'
    : `Found ${count.toLocaleString('en')} machines without models`;
}
