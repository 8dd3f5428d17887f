import { Button, PasswordInput, Stack, Title } from '@mantine/core';
import { useState } from 'react';
import { post } from '../api.js';
import { Failed } from '../components/states.js';

/** Asks for the console's token, where it has one. */
export default function SignInPage() {
  const [token, setToken] = useState('');
  const [error, setError] = useState<unknown>(null);
  const submit = async () => {
    try {
      await post('/api/sign-in', { token });
      const to = new URLSearchParams(location.search).get('to') ?? '/';
      // A path of this console only: not //elsewhere.
      location.assign(/^\/(?!\/)/.test(to) ? to : '/');
    } catch (refused) {
      setError(refused);
    }
  };
  return (
    <Stack maw={360} mx="auto" mt="xl">
      <Title order={1} size="h3">
        Sign in
      </Title>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          void submit();
        }}
      >
        <Stack>
          <PasswordInput
            label="Token"
            description="GAN_CONSOLE_TOKEN of this console"
            autoComplete="current-password"
            value={token}
            onChange={(event) => {
              setToken(event.currentTarget.value);
            }}
          />
          {error !== null && <Failed error={error} />}
          <Button type="submit">Sign in</Button>
        </Stack>
      </form>
    </Stack>
  );
}
