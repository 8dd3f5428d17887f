import { Button, Group, List, Modal, Stack, Text, TextInput } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useLocation } from 'wouter';
import type { MachineDetail } from '../../../../contracts/api/machine.js';
import type { Moved } from '../../../../contracts/api/retirement.js';
import { post } from '../../api.js';
import { Failed } from '../../components/states.js';
import { bytes } from '../../format.js';

/** Takes a machine out of the fleet once its id has been typed. */
export function RetireDialog({ detail, onClose }: { detail: MachineDetail; onClose: () => void }) {
  const { machineId } = detail.tile;
  const [typed, setTyped] = useState('');
  const [, navigate] = useLocation();
  const client = useQueryClient();
  const retire = useMutation({
    mutationFn: () => post<Moved>(`/api/machines/${machineId}/retire`, { confirm: machineId }),
    onSuccess: () => {
      client.removeQueries({ queryKey: ['machine', machineId] });
      void client.invalidateQueries({ queryKey: ['retired'] });
      navigate(`/machines/${machineId}`, { replace: true });
      onClose();
    },
  });
  const size = bytes(detail.files.reduce((sum, file) => sum + file.bytes, 0));
  return (
    <Modal opened onClose={onClose} title={`Retire ${machineId}?`} centered>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (typed === machineId) retire.mutate();
        }}
      >
        <Stack gap="sm">
          <Text size="sm">
            It leaves the fleet, and this moves to <span className="mono">retired/{machineId}/</span> under the data
            root. Nothing is deleted; it can be restored as it was.
          </Text>
          <List size="sm">
            <List.Item>
              its configuration, and {detail.files.length} files that were made of it ({size})
            </List.Item>
            <List.Item>all generations of its data set, and the records of its runs</List.Item>
            {detail.published !== null && (
              <List.Item>
                the published data set: whoever reads data/synthetic/{machineId} finds nothing there
              </List.Item>
            )}
          </List>
          <TextInput
            label={`Type ${machineId} to confirm`}
            autoComplete="off"
            spellCheck={false}
            classNames={{ input: 'mono' }}
            value={typed}
            onChange={(event) => {
              setTyped(event.currentTarget.value);
            }}
          />
          {retire.error !== null && <Failed error={retire.error} />}
          <Group justify="flex-end" gap="xs">
            <Button variant="default" onClick={onClose}>
              Back
            </Button>
            <Button type="submit" color="red" disabled={typed !== machineId} loading={retire.isPending}>
              Retire machine
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
