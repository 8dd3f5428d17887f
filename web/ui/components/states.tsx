import { Alert, Button, Center, Loader, Stack, Text, Title } from '@mantine/core';
import type { ReactNode } from 'react';
import type { Problem } from '../../../contracts/api/problem.js';
import { ApiError } from '../api.js';

/** What is shown while something is on its way. */
export function Loading({ what }: { what: string }) {
  return (
    <Center mih={160} role="status" aria-label={`Loading ${what}`}>
      <Loader size="sm" />
    </Center>
  );
}

/** What is shown where there is nothing: what would be here, and how to get it. */
export function Nothing({ title, text, children }: { title: string; text: string; children?: ReactNode }) {
  return (
    <Center mih={160}>
      <Stack align="center" gap={6} maw={520}>
        <Title order={2} size="h4">
          {title}
        </Title>
        <Text ta="center" c="dimmed" size="sm">
          {text}
        </Text>
        {children}
      </Stack>
    </Center>
  );
}

/** An error that stays on the page: what happened, and what to do. */
export function Failed({ error, retry }: { error: unknown; retry?: () => void }) {
  const problem = problemOf(error);
  return (
    <Alert color="var(--bad)" variant="outline" title={problem.detail} role="alert">
      <Stack gap={6} align="flex-start">
        {problem.hint !== null && <Text size="sm">{problem.hint}</Text>}
        {retry !== undefined && (
          <Button variant="default" onClick={retry}>
            Try again
          </Button>
        )}
      </Stack>
    </Alert>
  );
}

/** An error's account for a person. */
export function problemOf(error: unknown): Problem {
  if (error instanceof ApiError) return error.problem;
  const detail = error instanceof Error ? error.message : String(error);
  return { title: 'Unexpected', status: 0, detail, code: null, field: null, hint: null };
}
