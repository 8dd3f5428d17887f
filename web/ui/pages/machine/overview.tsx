import { Alert, Text } from '@mantine/core';
import type { MachineDetail } from '../../../../contracts/api/machine.js';
import { ArtifactsCard } from './artifacts-card.js';
import { MachineFrame } from './frame.js';
import classes from './machine.module.css';
import { StepsLine } from './steps-line.js';
import { ValidationCard } from './validation-card.js';

/** A machine at a glance: its steps, how its data set was judged, its files. */
export default function MachinePage({ params: { id } }: { params: { id: string } }) {
  return (
    <MachineFrame machineId={id} tab="overview">
      {(detail) => <Overview detail={detail} />}
    </MachineFrame>
  );
}

function Overview({ detail }: { detail: MachineDetail }) {
  const { tile, problem, report } = detail;
  const failed = tile.state === 'failed' && problem === null && report?.verdict !== 'fail';
  return (
    <>
      {failed && (
        <Alert color="red" variant="outline" title="Its last run failed" mb="sm" role="alert">
          <Text size="sm">{tile.reason}</Text>
        </Alert>
      )}
      <StepsLine detail={detail} />
      <div className={classes['columns']}>
        <ValidationCard detail={detail} />
        <ArtifactsCard detail={detail} />
      </div>
    </>
  );
}
