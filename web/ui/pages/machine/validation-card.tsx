import { Alert, Anchor, Button, Card, Group, List, Table, Text, Title } from '@mantine/core';
import { useState } from 'react';
import { Glyph } from '../../components/glyph.js';
import type { MachineDetail } from '../../../../contracts/api/machine.js';
import type { ReportCheck, ValidationReport } from '../../../../contracts/validation-report.js';
import { Verdict } from '../../components/verdict.js';
import { StartDialog } from '../../run/start-dialog.js';
import classes from './machine.module.css';
import { whyItMayBe } from './why.js';

/** The checks that everybody asks for first. */
const HEADLINE = ['Timestamp sorted', 'RUL decreasing', 'Feature ranges'];
const ORDER = ['fail', 'warn', 'not judged', 'pass'];

/** How the newest data set was judged, check by check. */
export function ValidationCard({ detail }: { detail: MachineDetail }) {
  const { report } = detail;
  if (report === null)
    return (
      <Card>
        <Title order={2} size="h5">
          Validation
        </Title>
        <Text size="sm" c="dimmed">
          No data set has been validated yet. A run makes one and measures it against held-out runs of the seed.
        </Text>
      </Card>
    );
  return (
    <Card>
      <Group justify="space-between" mb="xs">
        <Title order={2} size="h5">
          Validation of generation <span className="mono">{report.generation}</span>
        </Title>
        <Text size="lg">
          <Verdict verdict={report.verdict} upper />
        </Text>
      </Group>
      {report.verdict === 'fail' && <WhatIsWrong detail={detail} report={report} />}
      <Headline report={report} />
      <Checks report={report} />
      <Text size="xs" c="dimmed" mt="xs">
        Measured against {report.real}
        {report.full ? ', on all rows' : ''}. Floor: what real runs score in the data’s place.{' '}
        <Anchor
          inherit
          underline="always"
          href={reportUrl(detail.tile.machineId, report.generation)}
          target="_blank"
          rel="noreferrer"
        >
          Open the report with its charts <Glyph of="↗" />
        </Anchor>
      </Text>
    </Card>
  );
}

export function reportUrl(machineId: string, generation: string): string {
  return `/api/machines/${machineId}/generations/${generation}/report.html`;
}

function Headline({ report }: { report: ValidationReport }) {
  const checks = HEADLINE.flatMap((name) => report.checks.find((check) => check.name === name) ?? []);
  return (
    <div className={classes['headline']}>
      {checks.map((check) => (
        <Text key={check.name} size="sm">
          <Verdict verdict={check.verdict} /> {headlineOf(check)}
        </Text>
      ))}
    </div>
  );
}

/** `RUL decreasing (98.5%)`, as people know it. */
function headlineOf({ name, text }: ReportCheck): string {
  return text === 'True' ? name : text.endsWith('%') ? `${name} (${text})` : `${name}: ${text}`;
}

function Checks({ report }: { report: ValidationReport }) {
  const checks = [...report.checks].sort((a, b) => ORDER.indexOf(a.verdict) - ORDER.indexOf(b.verdict));
  return (
    <div className={classes['scroll']} tabIndex={0} role="region" aria-label="Checks">
      <Table>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>Check</Table.Th>
            <Table.Th>Value</Table.Th>
            <Table.Th className="numbers">Floor</Table.Th>
            <Table.Th className="numbers">Real runs</Table.Th>
            <Table.Th>Threshold</Table.Th>
            <Table.Th>Verdict</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {checks.map((check) => (
            <Table.Tr key={check.name}>
              <Table.Td>
                {check.name}
                <Text size="xs" c="dimmed">
                  {check.meaning}
                </Text>
              </Table.Td>
              <Table.Td>{valueOf(check)}</Table.Td>
              <Table.Td className="numbers">{check.floor === null ? '–' : check.floor.toFixed(3)}</Table.Td>
              <Table.Td className="numbers">{check.runs ?? '–'}</Table.Td>
              <Table.Td>{thresholdOf(check)}</Table.Td>
              <Table.Td>
                <Verdict verdict={check.verdict} />
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </div>
  );
}

/** The floor has a column of its own. */
export function valueOf({ text }: ReportCheck): string {
  if (text === 'True' || text === 'False') return text === 'True' ? 'holds' : 'does not hold';
  return text.replace(/ \(real against real: [^)]*\)/, '');
}

/** Where what warns is what fails, one number says it. */
function thresholdOf({ threshold }: ReportCheck): string {
  if (threshold === 'True') return 'must hold';
  return threshold.replace(/^(\S+) (\S+) \(fails beyond \2\)$/, '$1 $2');
}

function WhatIsWrong({ detail, report }: { detail: MachineDetail; report: ValidationReport }) {
  const [opened, setOpened] = useState(false);
  const failed = report.checks.filter((check) => check.verdict === 'fail');
  const reasons = [...new Set(failed.map((check) => whyItMayBe(check.name)))];
  const stays = detail.published === null ? 'Nothing is published.' : `Generation ${detail.published} stays published.`;
  return (
    <Alert color="red" variant="outline" mb="sm" role="alert" title={`The data set did not pass. ${stays}`}>
      <Text size="sm" fw={600}>
        What is wrong
      </Text>
      <List size="sm">
        {failed.map((check) => (
          <List.Item key={check.name}>
            {check.name}: {valueOf(check)}, {check.threshold === 'True' ? 'must hold' : `must be ${thresholdOf(check)}`}
          </List.Item>
        ))}
      </List>
      <Text size="sm" fw={600} mt={6}>
        Why it may be
      </Text>
      <List size="sm">
        {reasons.map((reason) => (
          <List.Item key={reason}>{reason}</List.Item>
        ))}
      </List>
      <Button
        mt="sm"
        disabled={detail.tile.run !== null}
        onClick={() => {
          setOpened(true);
        }}
      >
        Regenerate…
      </Button>
      {opened && (
        <StartDialog
          machineId={detail.tile.machineId}
          before={detail.parameters}
          onClose={() => {
            setOpened(false);
          }}
        />
      )}
    </Alert>
  );
}
