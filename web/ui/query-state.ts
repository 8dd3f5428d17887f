import { useCallback } from 'react';
import { useLocation, useSearch } from 'wouter';

/** A page's filters, which live in its URL: what can be read, and a change of some of them. Empty ones are left out. */
export function useQueryState(): [URLSearchParams, (changes: Record<string, string | null>) => void] {
  const search = useSearch();
  const [path, navigate] = useLocation();
  const change = useCallback(
    (changes: Record<string, string | null>) => {
      const next = new URLSearchParams(window.location.search);
      for (const [key, value] of Object.entries(changes)) {
        if (value === null || value === '') next.delete(key);
        else next.set(key, value);
      }
      const query = next.toString();
      navigate(query === '' ? path : `${path}?${query}`, { replace: true });
    },
    [navigate, path],
  );
  return [new URLSearchParams(search), change];
}

/** One of them; the default is left out of the URL. */
export function useQueryText(name: string, otherwise = ''): [string, (value: string) => void] {
  const [query, change] = useQueryState();
  const set = useCallback(
    (value: string) => {
      change({ [name]: value === otherwise ? null : value });
    },
    [change, name, otherwise],
  );
  return [query.get(name) ?? otherwise, set];
}
