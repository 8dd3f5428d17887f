import { Card, Text, Title } from '@mantine/core';
import type { ReactNode } from 'react';

/** A part of the page: what it shows, and how to read it. */
export function Section({ title, how, children }: { title: string; how: string; children: ReactNode }) {
  return (
    <Card component="section" aria-label={title}>
      <Title order={2} size="h5">
        {title}
      </Title>
      <Text size="xs" c="dimmed" mb="xs">
        {how}
      </Text>
      {children}
    </Card>
  );
}
