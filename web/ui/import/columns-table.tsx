import { Select, Table, Text, TextInput } from '@mantine/core';
import type { RowsAccount } from '../../../contracts/rows-account.js';
import type { ColumnChoice, ImportDraft, Role } from './request.js';
import classes from './import.module.css';

type Column = RowsAccount['columns'][number];

const NAMES: Record<Role | 'sensor' | 'none', string> = {
  timestamp: 'time stamp',
  run_id: 'run',
  rul: 'remaining life (RUL)',
  failure_mode: 'failure',
  cycle: 'cycle count',
  sensor: 'sensor',
  none: 'leave out',
};
const CHOICES = Object.entries(NAMES).map(([value, label]) => ({ value, label }));
const AS_FOUND: ColumnChoice = { as: null, name: '', unit: '', found: null };
interface Props {
  account: RowsAccount;
  draft: ImportDraft;
  set: (column: string, choice: ColumnChoice) => void;
}

/** The columns of the file: what each is taken for, which a person can change, and its first values. */
export function ColumnsTable({ account, draft, set }: Props) {
  return (
    <Table.ScrollContainer minWidth={720}>
      <Table aria-label="Columns of the file">
        <Table.Thead>
          <Table.Tr>
            <Table.Th>Column</Table.Th>
            <Table.Th>Values</Table.Th>
            <Table.Th>Is</Table.Th>
            <Table.Th>Sensor</Table.Th>
            <Table.Th>Unit</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {account.columns.map((column) => (
            <ColumnRow
              key={column.column}
              column={column}
              choice={draft.columns[column.column] ?? AS_FOUND}
              set={(choice) => {
                set(column.column, { ...choice, found: column.sensor ?? choice.found });
              }}
            />
          ))}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  );
}

function examplesOf({ examples }: Column): string {
  return examples.length === 0 ? 'empty' : examples.join(', ');
}

interface RowProps {
  column: Column;
  choice: ColumnChoice;
  set: (choice: ColumnChoice) => void;
}

function ColumnRow({ column, choice, set }: RowProps) {
  const found = column.role ?? 'none';
  const as = choice.as ?? found;
  const name = column.column;
  return (
    <Table.Tr className={as === 'none' ? (classes['dim'] ?? '') : ''}>
      <Table.Td className="mono">{name}</Table.Td>
      <Table.Td className={classes['examples'] ?? ''}>{examplesOf(column)}</Table.Td>
      <Table.Td miw={170}>
        <Select
          aria-label={`What ${name} is`}
          data={CHOICES}
          value={as}
          allowDeselect={false}
          onChange={(value) => {
            const chosen = value as ColumnChoice['as'];
            set({ ...choice, as: chosen === found && column.leftOut === null ? null : chosen });
          }}
        />
        {column.isSet && (
          <Text size="xs" c="dimmed">
            set, not measured
          </Text>
        )}
        {as === 'none' && column.leftOut !== null && (
          <Text size="xs" c="dimmed">
            {column.leftOut.replace(/ \(.*$/, '')}
          </Text>
        )}
      </Table.Td>
      {as === 'sensor' ? (
        <>
          <Table.Td>
            <TextInput
              aria-label={`Name of the sensor in ${name}`}
              classNames={{ input: 'mono' }}
              placeholder={column.sensor ?? ''}
              value={choice.name}
              onChange={(event) => {
                set({ ...choice, name: event.currentTarget.value });
              }}
            />
          </Table.Td>
          <Table.Td w={110}>
            <TextInput
              aria-label={`Unit of ${name}`}
              placeholder={column.unit === null || column.unit === '' ? 'none' : column.unit}
              value={choice.unit}
              onChange={(event) => {
                set({ ...choice, unit: event.currentTarget.value });
              }}
            />
          </Table.Td>
        </>
      ) : (
        <Table.Td colSpan={2} />
      )}
    </Table.Tr>
  );
}
