import { ActionIcon, Kbd, Modal, Table, Tooltip } from '@mantine/core';
import { useDisclosure, useHotkeys } from '@mantine/hooks';
import { useLocation } from 'wouter';

const KEYS = [
  ['/', 'search'],
  ['?', 'these keys'],
  ['g f', 'fleet'],
  ['g r', 'runs'],
  ['g n', 'new machine'],
  ['g a', 'admin'],
] as const;

/** The button that lists the keys, and the keys themselves. A page's search field has the attribute data-search. */
export function Shortcuts() {
  const [opened, { open, close }] = useDisclosure();
  const [, navigate] = useLocation();
  const focusSearch = () => document.querySelector<HTMLElement>('[data-search]')?.focus();
  useHotkeys([
    ['/', focusSearch],
    ['shift+?', open],
    [
      'g>f',
      () => {
        navigate('/');
      },
    ],
    [
      'g>r',
      () => {
        navigate('/runs');
      },
    ],
    [
      'g>n',
      () => {
        navigate('/machines/new');
      },
    ],
    [
      'g>a',
      () => {
        navigate('/admin');
      },
    ],
  ]);
  return (
    <>
      <Tooltip label="Keys (?)">
        <ActionIcon aria-label="Keys" color="gray" onClick={open}>
          <span aria-hidden>?</span>
        </ActionIcon>
      </Tooltip>
      <Modal opened={opened} onClose={close} title="Keys">
        <Table>
          <Table.Tbody>
            {KEYS.map(([key, what]) => (
              <Table.Tr key={key}>
                <Table.Td>
                  <Kbd>{key}</Kbd>
                </Table.Td>
                <Table.Td>{what}</Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </Modal>
    </>
  );
}
