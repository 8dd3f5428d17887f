import { Title } from '@mantine/core';

export default function FleetPage() {
  return (
    <Title order={1} size="h3">
      Fleet
    </Title>
  );
}
