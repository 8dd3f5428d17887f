import { useEffect, useState } from 'react';
import type { ComponentType, ReactNode } from 'react';

/** The page that was asked for comes first. */
const AHEAD_MS = 2_000;
const ahead: (() => Promise<void>)[] = [];
let fetching = false;

/**
 * A component in a file of its own. It is loaded when it is first shown, or earlier, while the browser has nothing to
 * do, so that a click need not wait. Without Suspense, which would show even a loaded one 300 ms late.
 */
export function onDemand<P extends object>(
  load: () => Promise<{ default: ComponentType<P> }>,
  meanwhile: ReactNode = null,
): ComponentType<P> {
  let loaded: ComponentType<P> | null = null;
  const fetch = async () => {
    loaded = (await load()).default;
  };
  ahead.push(fetch);
  void fetchAhead();
  return function OnDemand(props: P) {
    const [Content, setContent] = useState(() => loaded);
    const [error, setError] = useState<unknown>(null);
    useEffect(() => {
      if (Content !== null) return;
      fetch().then(() => {
        setContent(() => loaded);
      }, setError);
    }, [Content]);
    if (error !== null) throw error as Error;
    return Content === null ? meanwhile : <Content {...props} />;
  };
}

/** Loads what nobody has asked for yet, one after another. */
async function fetchAhead(): Promise<void> {
  if (fetching) return;
  fetching = true;
  await new Promise((resolve) => setTimeout(resolve, AHEAD_MS));
  for (let next = ahead.shift(); next !== undefined; next = ahead.shift()) {
    await idle();
    // Who opens it will ask again, and be told.
    await next().catch(() => undefined);
  }
  fetching = false;
}

function idle(): Promise<unknown> {
  return new Promise((resolve) => {
    if ('requestIdleCallback' in globalThis) requestIdleCallback(resolve);
    else setTimeout(resolve, 100);
  });
}
