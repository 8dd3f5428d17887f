import { Select, TextInput, Textarea, UnstyledButton } from '@mantine/core';
import type { ReactNode } from 'react';
import { valueAt } from './paths.js';
import { pageOf, useWizard } from './wizard.js';
import classes from './wizard.module.css';

interface FieldProps {
  /** Where the field is, as sensors.0.unit. */
  path: string;
  label: string;
  description?: string;
  placeholder?: string;
  required?: boolean;
  /** Show that it is missing even before the page was left. */
  eager?: boolean;
  /** What its proposal rests on is said elsewhere on the page. */
  brief?: boolean;
  /** Its label is for screen readers: in a table the heading says it. */
  bare?: boolean;
}

/** What a field of the form shows: its text, what is wrong with it, and what is proposed for it. */
function useField({ path, eager }: Pick<FieldProps, 'path' | 'eager'>) {
  const { form, problems, check, left } = useWizard();
  const value = valueAt(form.getValues(), path);
  const text = value === undefined || value === null ? '' : String(value as string | number);
  const problem = problems.find(({ field }) => field === path);
  const shown = problem !== undefined && (text !== '' || eager === true || left.has(pageOf(path)));
  const assumed = text === '' ? check?.assumed.find(({ field }) => field === path) : undefined;
  const set = (given: string) => {
    form.setFieldValue(path, given);
    forgetAssumption(path);
  };
  /** Somebody has given it: its basis is no longer an assumption. */
  const forgetAssumption = (of: string) => {
    const cut = of.lastIndexOf('.');
    const parent = cut < 0 ? '' : of.slice(0, cut + 1);
    const known = valueAt(form.getValues(), `${parent}assumed`) as Record<string, string> | undefined;
    if (known?.[of.slice(cut + 1)] === undefined) return;
    const { [of.slice(cut + 1)]: _, ...rest } = known;
    form.setFieldValue(`${parent}assumed`, rest);
  };
  const error = shown ? <Wrong message={problem.message} hint={problem.hint} /> : null;
  return { text, set, error, assumed };
}

function Wrong({ message, hint }: { message: string; hint: string | null }) {
  return (
    <>
      {message}
      {hint !== null && <span className={classes['hint']}> {hint}</span>}
    </>
  );
}

/** What is proposed for an empty field, on what basis, and how to change it. */
function Proposed({ text, basis, change }: { text: string; basis: string | null; change: () => void }) {
  return (
    <span>
      proposed{basis === null ? '' : `: ${basis}`}{' '}
      <UnstyledButton className={classes['change'] ?? ''} onClick={change} aria-label={`Change the proposed ${text}`}>
        change
      </UnstyledButton>
    </span>
  );
}

/** The properties of an input that every kind of field shares. */
function useInput(props: FieldProps) {
  const { path, label, placeholder, required } = props;
  const { text, set, error, assumed } = useField(props);
  const change = () => {
    set(String(assumed?.value));
    document.getElementById(path)?.focus();
  };
  const proposal: ReactNode =
    assumed === undefined ? null : (
      <Proposed text={label} basis={props.brief === true ? null : assumed.basis} change={change} />
    );
  return {
    input: {
      id: path,
      ...(props.bare === true ? { 'aria-label': label } : { label }),
      error,
      // Which fields must be filled, the label says; the browser's own bubbles would say it in its own words.
      withAsterisk: required === true,
      placeholder: assumed === undefined ? (placeholder ?? '') : String(assumed.value),
      description: proposal ?? props.description,
      inputWrapperOrder: ['label', 'input', 'description', 'error'] as ('label' | 'input' | 'description' | 'error')[],
    },
    text,
    set,
  };
}

interface TextFieldProps extends FieldProps {
  mono?: boolean;
  autoFocus?: boolean;
  onFocus?: () => void;
  onBlur?: () => void;
}

export function TextField(props: TextFieldProps) {
  const { input, text, set } = useInput(props);
  return (
    <TextInput
      {...input}
      value={text}
      autoComplete="off"
      spellCheck={false}
      autoFocus={props.autoFocus === true}
      onFocus={props.onFocus}
      onBlur={props.onBlur}
      {...(props.mono === true ? { classNames: { input: 'mono' } } : {})}
      onChange={(event) => {
        set(event.currentTarget.value);
      }}
    />
  );
}

/** A number; what is no number stays as typed, with what is wrong with it. */
export function NumberField(props: FieldProps & { unit?: string }) {
  const { input, text, set } = useInput(props);
  return (
    <TextInput
      {...input}
      value={text}
      inputMode="decimal"
      autoComplete="off"
      {...(props.unit === undefined || props.unit === ''
        ? {}
        : { rightSection: <span className={classes['unit']}>{props.unit}</span>, rightSectionWidth: 52 })}
      onChange={(event) => {
        set(event.currentTarget.value);
      }}
    />
  );
}

export function LongTextField(props: FieldProps) {
  const { input, text, set } = useInput(props);
  return (
    <Textarea
      {...input}
      value={text}
      autosize
      minRows={2}
      maxRows={6}
      onChange={(event) => {
        set(event.currentTarget.value);
      }}
    />
  );
}

export function SelectField(props: FieldProps & { options: readonly string[]; clearable?: boolean }) {
  const { input, text, set } = useInput(props);
  return (
    <Select
      {...input}
      data={props.options.map((value) => ({ value, label: value.replaceAll('_', ' ') }))}
      value={text === '' ? null : text}
      clearable={props.clearable ?? false}
      searchable
      onChange={(value) => {
        set(value ?? '');
      }}
    />
  );
}
