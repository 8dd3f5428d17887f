import { Button } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import type { Moved, RetiredMachines } from '../../../contracts/api/retirement.js';
import { get, post } from '../api.js';
import { Failed } from './states.js';

/** The machines that have left the fleet. */
export function useRetired() {
  return useQuery({
    queryKey: ['retired'],
    queryFn: ({ signal }) => get<RetiredMachines>('/api/retired-machines', signal),
  });
}

/** Brings a retired machine back into the fleet. */
export function Restore({ machineId, onDone }: { machineId: string; onDone?: () => void }) {
  const client = useQueryClient();
  const restore = useMutation({
    mutationFn: () => post<Moved>(`/api/machines/${machineId}/restore`),
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: ['retired'] });
      await client.invalidateQueries({ queryKey: ['machine', machineId] });
      onDone?.();
    },
  });
  return (
    <>
      <Button
        variant="default"
        aria-label={`Restore ${machineId}`}
        loading={restore.isPending}
        onClick={() => {
          restore.mutate();
        }}
      >
        Restore
      </Button>
      {restore.error !== null && <Failed error={restore.error} />}
    </>
  );
}
