import { Button, Group } from '@mantine/core';
import { Link } from 'wouter';
import { Restore, useRetired } from '../../components/restore.js';
import { Loading, Nothing } from '../../components/states.js';
import { When } from '../../components/time.js';

/** An id that no machine of the fleet has: of one that was retired, or of none. */
export function NoMachine({ machineId }: { machineId: string }) {
  const { data, isPending } = useRetired();
  if (isPending) return <Loading what="machine" />;
  const retired = data?.machines.find((machine) => machine.machineId === machineId);
  if (retired !== undefined)
    return (
      <Nothing title={`${machineId} has left the fleet`} text={`All that is its own lies in ${retired.where}.`}>
        <Group gap="xs">
          <Restore machineId={machineId} />
          <span>
            retired <When at={Date.parse(retired.retiredAt)} />
          </span>
        </Group>
      </Nothing>
    );
  return (
    <Nothing
      title={`There is no machine ${machineId}`}
      text="No configuration of that name is in the fleet. It may have another name, or not have been described yet."
    >
      <Button component={Link} href={`/machines/new?id=${encodeURIComponent(machineId)}`}>
        Create its profile
      </Button>
    </Nothing>
  );
}
