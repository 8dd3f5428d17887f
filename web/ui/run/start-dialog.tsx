import { Modal } from '@mantine/core';
import { Loading } from '../components/states.js';
import { onDemand } from '../on-demand.js';
import type { StartProps } from './start-form.js';

const StartForm = onDemand(() => import('./start-form.js'), <Loading what="settings" />);

/** Starts a machine's run: anew, or again with the settings that it was made with, unless they are changed here. */
export function StartDialog(props: StartProps) {
  return (
    <Modal opened onClose={props.onClose} title={`Run ${props.machineId}`} centered>
      <StartForm {...props} />
    </Modal>
  );
}
