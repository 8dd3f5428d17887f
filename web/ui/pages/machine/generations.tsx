import { Alert, Button, Checkbox, Group, Table, Text } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { Link } from 'wouter';
import type { MachineDetail, Published } from '../../../../contracts/api/machine.js';
import type { Generation } from '../../../../contracts/generations.js';
import { get, post } from '../../api.js';
import { Confirm } from '../../components/confirm.js';
import { Glyph } from '../../components/glyph.js';
import { Failed, Loading, Nothing } from '../../components/states.js';
import { When } from '../../components/time.js';
import { Verdict } from '../../components/verdict.js';
import { bytes } from '../../format.js';
import { useQueryState } from '../../query-state.js';
import { Comparison } from './comparison.js';
import { MachineFrame } from './frame.js';
import classes from './machine.module.css';
import { reportUrl } from './validation-card.js';

/** The generations of a machine's data set: what is published, what was, and what did not pass. */
export default function GenerationsPage({ params: { id } }: { params: { id: string } }) {
  return (
    <MachineFrame machineId={id} tab="generations">
      {(detail) => <Generations detail={detail} />}
    </MachineFrame>
  );
}

function Generations({ detail: { tile, published } }: { detail: MachineDetail }) {
  const { machineId } = tile;
  const { data, error, refetch } = useQuery({
    queryKey: ['generations', machineId, published, tile.madeAt],
    queryFn: ({ signal }) => get<{ generations: Generation[] }>(`/api/machines/${machineId}/generations`, signal),
  });
  const [query, change] = useQueryState();
  if (error !== null) return <Failed error={error} retry={() => void refetch()} />;
  if (data === undefined) return <Loading what="generations" />;
  const { generations } = data;
  if (generations.length === 0)
    return (
      <Nothing title="No generation yet" text="Each run that makes a data set adds one; the last good ones stay." />
    );
  const chosen = (query.get('compare') ?? '').split(',').filter((name) => generations.some((one) => one.name === name));
  return (
    <>
      <GenerationTable
        machineId={machineId}
        generations={generations}
        chosen={chosen}
        onChoose={(names) => {
          change({ compare: names.join(',') });
        }}
      />
      {chosen.length === 2 && <Comparison machineId={machineId} names={[chosen[0] ?? '', chosen[1] ?? '']} />}
      {chosen.length < 2 && generations.length > 1 && (
        <Text size="sm" c="dimmed" mt="xs">
          Choose two generations to compare them check by check.
        </Text>
      )}
    </>
  );
}

function GenerationTable(props: {
  machineId: string;
  generations: readonly Generation[];
  chosen: readonly string[];
  onChoose: (names: string[]) => void;
}) {
  const { machineId, generations, chosen, onChoose } = props;
  return (
    <div className={classes['scroll']} tabIndex={0} role="region" aria-label="Generations">
      <Table>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>Compare</Table.Th>
            <Table.Th>Generation</Table.Th>
            <Table.Th>State</Table.Th>
            <Table.Th>Verdict</Table.Th>
            <Table.Th className="numbers">Quality</Table.Th>
            <Table.Th>Made</Table.Th>
            <Table.Th>By</Table.Th>
            <Table.Th className="numbers">Size</Table.Th>
            <Table.Th>Actions</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {generations.map((generation) => (
            <Table.Tr key={generation.name}>
              <Table.Td>
                <Checkbox
                  aria-label={`Compare ${generation.name}`}
                  size="xs"
                  checked={chosen.includes(generation.name)}
                  onChange={({ currentTarget: { checked } }) => {
                    const others = chosen.filter((name) => name !== generation.name);
                    onChoose(checked ? [...others, generation.name].slice(-2) : others);
                  }}
                />
              </Table.Td>
              <Table.Td className="mono">{generation.name}</Table.Td>
              <Table.Td>
                <StateOf generation={generation} />
              </Table.Td>
              <Table.Td>{generation.verdict === null ? '–' : <Verdict verdict={generation.verdict} />}</Table.Td>
              <Table.Td className="numbers">{generation.quality?.toFixed(3) ?? '–'}</Table.Td>
              <Table.Td>
                <When at={Date.parse(generation.madeAt)} />
              </Table.Td>
              <Table.Td>
                {generation.fleetRun === null ? (
                  'its own run'
                ) : (
                  <Link href={`/fleet/${generation.fleetRun}`}>fleet run {generation.fleetRun}</Link>
                )}
              </Table.Td>
              <Table.Td className="numbers">{bytes(generation.bytes)}</Table.Td>
              <Table.Td>
                <Publish machineId={machineId} generation={generation} />
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </div>
  );
}

const MARKS: Record<Generation['state'], string> = {
  published: '●',
  'rolled back': '↻',
  quarantined: '⚠',
  'not validated': '○',
  damaged: '⚠',
  failed: '✕',
  kept: '○',
};

function StateOf({ generation: { state, publishedAt, quarantined } }: { generation: Generation }) {
  return (
    <>
      <Glyph of={MARKS[state]} /> {state}
      {state === 'published' && publishedAt !== null && (
        <Text span size="xs" c="dimmed">
          {' '}
          <When at={Date.parse(publishedAt)} />
        </Text>
      )}
      {quarantined !== null && (
        <Text size="xs" c="dimmed">
          {quarantined}
        </Text>
      )}
    </>
  );
}

function Publish({ machineId, generation }: { machineId: string; generation: Generation }) {
  const [asked, setAsked] = useState(false);
  const client = useQueryClient();
  const publish = useMutation({
    mutationFn: () => post<Published>(`/api/machines/${machineId}/publish`, { generation: generation.name }),
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: ['machine', machineId] });
      await client.invalidateQueries({ queryKey: ['generations', machineId] });
    },
  });
  const passed = generation.verdict === 'pass' || generation.verdict === 'warn';
  const verb = generation.publishedAt === null ? 'Publish' : 'Roll back to it';
  return (
    <Group gap="xs" wrap="nowrap">
      {generation.verdict !== null && (
        <Button
          component="a"
          variant="subtle"
          size="compact-xs"
          href={reportUrl(machineId, generation.name)}
          target="_blank"
          rel="noreferrer"
        >
          Report <Glyph of="↗" />
        </Button>
      )}
      {passed && !generation.published && (
        <Button
          variant="default"
          size="compact-xs"
          loading={publish.isPending}
          onClick={() => {
            setAsked(true);
          }}
        >
          {verb}…
        </Button>
      )}
      {publish.error !== null && <Failed error={publish.error} />}
      <Confirm
        title={`Publish generation ${generation.name}?`}
        verb={verb}
        opened={asked}
        onClose={() => {
          setAsked(false);
        }}
        onConfirm={() => {
          publish.mutate();
        }}
      >
        <Text size="sm">
          Readers of data/synthetic/{machineId} get this generation at once, by one switch. The one that is published
          now stays as a generation, and no fleet run publishes it again by itself.
        </Text>
        {generation.quarantined !== null && (
          <Alert color="yellow" variant="outline" title="It was kept back">
            {generation.quarantined}
          </Alert>
        )}
      </Confirm>
    </Group>
  );
}
