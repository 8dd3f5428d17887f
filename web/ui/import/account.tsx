import { Alert, Button, Code, Stack, Table, Text } from '@mantine/core';
import { Glyph } from '../components/glyph.js';
import type { RowsAccount } from '../../../contracts/rows-account.js';
import { LABELS, inPageWords, optionOf } from './words.js';
import classes from './import.module.css';

/**
 * Whether the rows can be imported so; if not, why, and what helps.
 * @param show brings the person to the option of that id
 */
export function Verdict({ account, show }: { account: RowsAccount; show: (option: string) => void }) {
  const { refused, runs, rows, columns } = account;
  if (refused !== null) {
    const option = optionOf(refused.field);
    return (
      <Alert
        color="var(--bad)"
        variant="outline"
        role="alert"
        title="These rows cannot be imported as they are read now"
      >
        <Stack gap={4}>
          <Text size="sm">{inPageWords(refused.message)}</Text>
          {refused.hint !== null && <Text size="sm">{sentence(inPageWords(refused.hint))}</Text>}
          {option !== null && (
            <Button
              variant="default"
              style={{ alignSelf: 'flex-start' }}
              onClick={() => {
                show(option);
              }}
            >
              Go to “{LABELS[option]}”
            </Button>
          )}
        </Stack>
      </Alert>
    );
  }
  if (runs === null) return null;
  const sensors = columns.filter(({ role }) => role === 'sensor').length;
  return (
    <Alert color="var(--good)" variant="outline" role="status" title={<Understood />}>
      <Text size="sm">
        {(rows ?? 0).toLocaleString('en')} rows of {sensors} {sensors === 1 ? 'sensor' : 'sensors'} in {runs.count}{' '}
        runs, {runs.failed} of which end with a failure; a row every {Number(runs.intervalMinutes.toPrecision(6))} min
      </Text>
    </Alert>
  );
}

function Understood() {
  return (
    <Text span size="sm" fw={700} c="var(--good)">
      <Glyph of="✓" /> Understood
    </Text>
  );
}

function sentence(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** What was remarked while the rows were read. */
export function Notes({ notes }: { notes: string[] }) {
  if (notes.length === 0) return null;
  return (
    <ul className={classes['notes']} aria-label="Remarks">
      {notes.map((note) => (
        <li key={note}>{inPageWords(note)}</li>
      ))}
    </ul>
  );
}

/** The runs that were found. */
export function Runs({ runs }: { runs: NonNullable<RowsAccount['runs']> }) {
  const { count, listed } = runs;
  return (
    <details>
      <summary>
        {count} runs{listed.length < count ? `, the first ${listed.length} of them` : ''}
      </summary>
      <Table aria-label="Runs that were found" maw={560}>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>Run</Table.Th>
            <Table.Th className="numbers">Rows</Table.Th>
            <Table.Th className="numbers">Hours</Table.Th>
            <Table.Th>Ends by</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {listed.map(({ label, rows, hours, endsBy }, at) => (
            <Table.Tr key={at}>
              <Table.Td>
                <Code>{label}</Code>
              </Table.Td>
              <Table.Td className="numbers">{rows.toLocaleString('en')}</Table.Td>
              <Table.Td className="numbers">{Number(hours.toPrecision(4)).toLocaleString('en')}</Table.Td>
              <Table.Td>{endsBy ?? 'no failure: kept apart'}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </details>
  );
}
