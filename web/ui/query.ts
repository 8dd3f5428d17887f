import { useCallback } from 'react';
import { useSearchParams } from 'wouter';

/** A text in the page's query string, so that a link shows the same; the default is left out of it. */
export function useQueryText(name: string, otherwise = ''): [string, (value: string) => void] {
  const [parameters, setParameters] = useSearchParams();
  const set = useCallback(
    (value: string) => {
      setParameters(
        (before) => {
          const after = new URLSearchParams(before);
          if (value === otherwise) after.delete(name);
          else after.set(name, value);
          return after;
        },
        { replace: true },
      );
    },
    [name, otherwise, setParameters],
  );
  return [parameters.get(name) ?? otherwise, set];
}
