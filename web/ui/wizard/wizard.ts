import { createContext, useContext } from 'react';
import type { UseFormReturnType } from '@mantine/form';
import type { DraftCheck } from '../../../contracts/draft.js';
import type { Draft } from './draft.js';

/** The wizard's pages, in order. */
export const PAGES = [
  { name: 'identity', title: 'Identity' },
  { name: 'sensors', title: 'Sensors' },
  { name: 'operation', title: 'Operation and failures' },
  { name: 'settings', title: 'Settings' },
  { name: 'review', title: 'Review' },
] as const;
export type PageName = (typeof PAGES)[number]['name'];

export interface FieldProblem {
  field: string;
  message: string;
  hint: string | null;
}

/** What the wizard's pages share. */
export interface Wizard {
  form: UseFormReturnType<Draft>;
  /** The machine whose configuration is edited; null: a new machine is made. */
  editing: string | null;
  /** The answer to what the form holds, or held a moment ago; null: there is none yet. */
  check: DraftCheck | null;
  /** Whether the answer is to what the form holds now. */
  current: boolean;
  checkError: unknown;
  /** All that is wrong, also with the id and the settings. */
  problems: FieldProblem[];
  /** Pages that the person has left: what is missing there is shown. */
  left: ReadonlySet<PageName>;
  /** Where a page is. */
  urlOf: (page: PageName) => string;
}

export const WizardContext = createContext<Wizard | null>(null);

export function useWizard(): Wizard {
  const wizard = useContext(WizardContext);
  if (wizard === null) throw new Error('this component belongs into the wizard');
  return wizard;
}

const OPERATION = /^(failure_modes|operating|operational_parameters|wear|sampling_interval_minutes)\b/;

/** The page where a field is. */
export function pageOf(field: string): PageName {
  if (/^sensors\b/.test(field)) return 'sensors';
  if (OPERATION.test(field)) return 'operation';
  if (/^parameters\b/.test(field)) return 'settings';
  return /^(machine_id|machine_type|manufacturer|model|description)$/.test(field) ? 'identity' : 'review';
}
