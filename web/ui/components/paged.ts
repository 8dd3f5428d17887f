import { useQueries } from '@tanstack/react-query';
import { useCallback } from 'react';

/** How many items one request brings. */
export const PAGE = 100;

/** A long list of which the server sends parts. */
export interface Paged<Item> {
  /** How many there are. */
  total: number;
  /** Its first page, which is known. */
  first: readonly Item[];
  /** Under which the other pages are kept. */
  key: readonly unknown[];
  read: (page: number, signal: AbortSignal) => Promise<readonly Item[]>;
}

/** The item at a place; null: it is on its way. The pages of the places from–to, which are seen, are asked for. */
export function usePaged<Item>({ first, key, read }: Paged<Item>, from: number, to: number) {
  const pages: number[] = [];
  for (let page = Math.max(1, Math.floor(from / PAGE)); page <= Math.floor(to / PAGE); page += 1) pages.push(page);
  const others = useQueries({
    queries: pages.map((page) => ({
      queryKey: [...key, page],
      queryFn: ({ signal }: { signal: AbortSignal }) => read(page, signal),
    })),
  });
  return useCallback(
    (at: number): Item | null => {
      const page = Math.floor(at / PAGE);
      const items = page === 0 ? first : others[pages.indexOf(page)]?.data;
      return items?.[at % PAGE] ?? null;
    },
    [first, others, pages],
  );
}
