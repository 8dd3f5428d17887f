import { Anchor, Button, Group, Table } from '@mantine/core';
import { useMutation, useQuery } from '@tanstack/react-query';
import type { DataRows, DataSource } from '../../../../contracts/api/data.js';
import { get, post } from '../../api.js';
import { Failed, Loading } from '../../components/states.js';
import classes from './correlation.module.css';
import { Section } from './section.js';

const SPLITS = ['train', 'val', 'test'];

/** A time stamp as data sets have it; seconds are shown where there are any. */
const ISO_TIME = /^(\d{4}-\d\d-\d\d)T(\d\d:\d\d(?::(?!00\.000Z)\d\d)?)[\d:.]*Z$/;

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
    <div className={classes['scroll']} role="region" aria-label="Rows" tabIndex={0}>
      <Table stickyHeader>
        <Table.Thead>
          <Table.Tr>
            {columns.map((name, at) => (
              <Table.Th key={name} className={typeof rows[0]?.[at] === 'number' ? 'numbers' : ''}>
                {name}
              </Table.Th>
            ))}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {rows.toReversed().map((row, at) => (
            <Table.Tr key={at}>
              {row.map((cell, column) => (
                <Table.Td key={columns[column]} className={typeof cell === 'number' ? 'numbers' : 'word'}>
                  {typeof cell === 'string' ? cell.replace(ISO_TIME, '$1 $2') : cell}
                </Table.Td>
              ))}
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </div>
  );
}

/** The files. */
export function Downloads({ id }: { id: string }) {
  const cmapss = useMutation({ mutationFn: () => post<{ files: string[] }>(`/api/machines/${id}/data/cmapss`) });
  const file = `/api/machines/${id}/data`;
  return (
    <Section title="Download" how="The files as they lie on disk, splits as CSV, or all in the format of C-MAPSS.">
      <Group gap="md">
        <FileLink href={`${file}/seed/file`} name="seed.csv" />
        {SPLITS.map((split) => (
          <FileLink key={split} href={`${file}/${split}/file`} name={`${split}.parquet`} />
        ))}
        {SPLITS.map((split) => (
          <FileLink key={split} href={`${file}/${split}/file?format=csv`} name={`${split}.csv`} />
        ))}
        <Button
          variant="default"
          loading={cmapss.isPending}
          onClick={() => {
            cmapss.mutate();
          }}
        >
          Export C-MAPSS
        </Button>
        {cmapss.data?.files.map((name) => (
          <FileLink key={name} href={`${file}/cmapss/${name}`} name={`C-MAPSS ${name}`} />
        ))}
      </Group>
      {cmapss.isError && <Failed error={cmapss.error} />}
    </Section>
  );
}

function FileLink({ href, name }: { href: string; name: string }) {
  return (
    <Anchor href={href} download size="sm">
      {name}
    </Anchor>
  );
}
