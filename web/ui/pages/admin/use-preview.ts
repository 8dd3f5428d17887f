import { keepPreviousData, useQuery } from '@tanstack/react-query';
import type { FleetRunDraft, FleetRunPreview } from '../../../../contracts/api/fleet-runs.js';
import { post } from '../../api.js';

/** A draft as it is sent: what is left out has its default. */
export type Draft = Partial<Omit<FleetRunDraft, 'parameters'>> & { parameters?: Record<string, unknown> };

/** What a fleet run would do. */
export function usePreview(draft: Draft) {
  return useQuery({
    queryKey: ['preview', draft],
    queryFn: ({ signal }) => post<FleetRunPreview>('/api/fleet-runs/preview', draft, signal),
    placeholderData: keepPreviousData,
    staleTime: 10_000,
  });
}
