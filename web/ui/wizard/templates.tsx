import { Button, Menu, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { Glyph } from '../components/glyph.js';
import type { Configuration, Template, Templates as Found } from '../../../contracts/api/drafts.js';
import { get } from '../api.js';
import { Confirm } from '../components/confirm.js';
import { Failed } from '../components/states.js';
import { draftOf } from './draft.js';
import { useWizard } from './wizard.js';

/** Machines of the draft's type, whose sensors, failures and operation it can start from. */
export function Templates() {
  const { form } = useWizard();
  const { machine_type: type, sensors } = form.getValues();
  const [chosen, setChosen] = useState<Template | null>(null);
  const [error, setError] = useState<unknown>(null);
  const { data, error: listError } = useQuery({
    queryKey: ['templates', type],
    queryFn: ({ signal }) => get<Found>(`/api/templates?type=${encodeURIComponent(type)}`, signal),
    enabled: type !== '',
    staleTime: 60_000,
  });
  const use = async ({ machineId }: Template) => {
    setChosen(null);
    try {
      const from = draftOf(await get<Configuration>(`/api/machines/${machineId}/configuration`));
      const { machine_id, manufacturer, model, description, parameters } = form.getValues();
      form.setValues({ ...from, machine_id, machine_type: type, manufacturer, model, description, parameters });
      setError(null);
    } catch (refused) {
      setError(refused);
    }
  };
  if (error !== null || listError !== null) return <Failed error={error ?? listError} />;
  if (data === undefined || data.templates.length === 0) return null;
  return (
    <>
      <Menu position="bottom-end">
        <Menu.Target>
          <Button variant="default" rightSection={<Glyph of="▾" />}>
            Start from…
          </Button>
        </Menu.Target>
        <Menu.Dropdown mah={400} style={{ overflowY: 'auto' }}>
          {data.templates.map((template) => (
            <Menu.Item
              key={template.machineId}
              onClick={() => {
                if (sensors.length === 0) void use(template);
                else setChosen(template);
              }}
            >
              <Text size="sm">
                {template.manufacturer} {template.model}
              </Text>
              <Text size="xs" c="dimmed">
                {template.machineId}: {template.sensors.length} sensors, {template.failureModes.length} failure modes
              </Text>
            </Menu.Item>
          ))}
        </Menu.Dropdown>
      </Menu>
      <Confirm
        opened={chosen !== null}
        title="Replace what is here?"
        verb="Replace sensors and failures"
        onClose={() => {
          setChosen(null);
        }}
        onConfirm={() => {
          if (chosen !== null) void use(chosen);
        }}
      >
        The draft’s {sensors.length} sensors, its failure modes and operation are replaced by those of{' '}
        {chosen?.machineId}. Id, maker, model and settings stay.
      </Confirm>
    </>
  );
}
