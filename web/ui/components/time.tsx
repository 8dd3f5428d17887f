import { Text } from '@mantine/core';
import { useEffect, useState } from 'react';
import { absolute, relative } from '../format.js';

/** The current time, renewed every so often while the page is seen. */
export function useNow(everyMs: number): number {
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    const timer = setInterval(() => {
      if (!document.hidden) setNow(Date.now());
    }, everyMs);
    return () => {
      clearInterval(timer);
    };
  }, [everyMs]);
  return now;
}

/** How long ago something was; the exact time shows on hover. @param at milliseconds since 1970 */
export function When({ at }: { at: number }) {
  const now = useNow(10_000);
  return (
    <Text component="time" inherit dateTime={new Date(at).toISOString()} title={absolute(at)}>
      {relative(at, Math.max(at, now))}
    </Text>
  );
}
