import { useDebouncedValue } from '@mantine/hooks';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import type { DraftQuestion, IdCheck } from '../../../contracts/api/drafts.js';
import type { DraftCheck } from '../../../contracts/draft.js';
import { get, post } from '../api.js';
import { NUMBERS, configurationOf, parameterProblem, splitProblem } from './draft.js';
import type { Draft } from './draft.js';
import type { FieldProblem, Wizard } from './wizard.js';

/** Checks wait until somebody has stopped typing for so long. */
const AFTER_MS = 300;
/** Stands for an id that is not given or not good: everything else can be checked all the same. */
const SOME_ID = 'new_machine';

type Checked = Pick<Wizard, 'check' | 'current' | 'checkError' | 'problems'>;

/** Keeps checking a draft while it is changed. */
export function useCheck(draft: Draft, editing: string | null): Checked {
  const id = useId(draft.machine_id, editing);
  const configuration = { ...configurationOf(draft), machine_id: id.good ? draft.machine_id : SOME_ID };
  const text = JSON.stringify({ draft: configuration, preview: true } satisfies DraftQuestion);
  const [asked] = useDebouncedValue(text, AFTER_MS);
  const { data, isPlaceholderData, error } = useQuery({
    queryKey: ['draft', asked],
    queryFn: ({ signal }) => post<DraftCheck>('/api/machines/check', JSON.parse(asked), signal),
    placeholderData: keepPreviousData,
    staleTime: Infinity,
    gcTime: 60_000,
  });
  const check = data ?? null;
  const current = asked === text && check !== null && !isPlaceholderData && id.known;
  const problems = [...id.problems, ...(check?.problems ?? []), ...parameterProblems(draft)];
  return { check, current, checkError: error, problems };
}

/** Whether the id is good: asked at once, as it is quick to answer. */
function useId(id: string, editing: string | null): { good: boolean; known: boolean; problems: FieldProblem[] } {
  const [asked] = useDebouncedValue(id, 120);
  const { data } = useQuery({
    queryKey: ['machine-id', asked],
    queryFn: ({ signal }) => get<IdCheck>(`/api/machine-ids/${encodeURIComponent(asked)}`, signal),
    enabled: editing === null && asked !== '',
    staleTime: 2_000,
  });
  if (editing !== null) return { good: true, known: true, problems: [] };
  const problem = (message: string) => [{ field: 'machine_id', message, hint: null }];
  if (id === '') return { good: false, known: true, problems: problem('missing') };
  const known = asked === id && data?.id === id;
  if (!known || data.problem === null) return { good: known, known, problems: [] };
  return { good: false, known, problems: problem(data.problem) };
}

function parameterProblems({ parameters }: Draft): FieldProblem[] {
  const names = Object.keys(NUMBERS) as (keyof typeof NUMBERS)[];
  const wrong = names.flatMap((name) => {
    const message = parameterProblem(name, parameters[name]);
    return message === null ? [] : [{ field: `parameters.${name}`, message, hint: null }];
  });
  const split = splitProblem(parameters);
  return split === null ? wrong : [...wrong, { field: 'parameters.split', message: split, hint: null }];
}
