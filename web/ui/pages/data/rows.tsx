import { Anchor, Group, Table } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { DATA_SOURCES } from '../../../../contracts/api/data.js';
import type { DataRows, DataSource } from '../../../../contracts/api/data.js';
import { get } from '../../api.js';
import { Failed, Loading } from '../../components/states.js';
import { Section } from './section.js';

/** The latest 100 rows. */
export function LatestRows({ id, source }: { id: string; source: DataSource }) {
  const { data, error, isPending } = useQuery({
    queryKey: ['rows', id, source],
    queryFn: ({ signal }) => get<DataRows>(`/api/machines/${id}/data/${source}/rows?count=100`, signal),
  });
  const how = data === undefined ? '' : `${data.rows.length} of ${data.total.toLocaleString('en')} rows of ${source}`;
  return (
    <Section title="Latest rows" how={how}>
      {isPending && <Loading what="rows" />}
      {error !== null && <Failed error={error} />}
      {data !== undefined && <RowsTable {...data} />}
    </Section>
  );
}

function RowsTable({ columns, rows }: DataRows) {
  return (
    <Table.ScrollContainer minWidth={600} maxHeight={360}>
      <Table stickyHeader>
        <Table.Thead>
          <Table.Tr>
            {columns.map((name) => (
              <Table.Th key={name}>{name}</Table.Th>
            ))}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {rows.toReversed().map((row, at) => (
            <Table.Tr key={at}>
              {row.map((cell, column) => (
                <Table.Td key={columns[column]} className={typeof cell === 'number' ? 'numbers' : ''}>
                  {cell}
                </Table.Td>
              ))}
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  );
}

/** The files. */
export function Downloads({ id }: { id: string }) {
  return (
    <Section
      title="Download"
      how="The files as they lie on disk. C-MAPSS text files: npm run gan -- machine export --format cmapss"
    >
      <Group gap="md">
        {DATA_SOURCES.map((source) => (
          <Anchor key={source} href={`/api/machines/${id}/data/${source}/file`} download size="sm">
            {source === 'seed' ? 'seed.csv' : `${source}.parquet`}
          </Anchor>
        ))}
      </Group>
    </Section>
  );
}
