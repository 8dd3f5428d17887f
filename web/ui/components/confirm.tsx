import { Button, Group, Modal, Stack } from '@mantine/core';
import type { ReactNode } from 'react';

/** Asks before something that cannot be taken back. `verb` is the button's text: what will be done. */
export function Confirm(props: {
  title: string;
  verb: string;
  opened: boolean;
  onClose: () => void;
  onConfirm: () => void;
  disabled?: boolean;
  children: ReactNode;
}) {
  const { title, verb, opened, onClose, onConfirm, disabled = false, children } = props;
  return (
    <Modal opened={opened} onClose={onClose} title={title} centered>
      <Stack gap="sm">
        {children}
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={onClose}>
            Back
          </Button>
          <Button
            color="red"
            disabled={disabled}
            onClick={() => {
              onClose();
              onConfirm();
            }}
          >
            {verb}
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}
