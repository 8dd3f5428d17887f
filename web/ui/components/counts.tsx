import { UnstyledButton } from '@mantine/core';
import { useQueryState } from '../query-state.js';
import classes from './counts.module.css';
import { Glyph } from './glyph.js';
import { STATES } from './state.js';
import type { StateName } from './state.js';

/** How many machines are in each state; a click shows only those, another one all again. */
export function Counts<Name extends string>(props: {
  names: readonly Name[];
  counts: Readonly<Record<Name, number>>;
  stateOf: (name: Name) => StateName;
}) {
  const { names, counts, stateOf } = props;
  const [query, change] = useQueryState();
  const chosen = query.get('state');
  return (
    <div className={classes['counts']} role="group" aria-label="Show only machines that are">
      {names
        .filter((name) => counts[name] > 0 || name === chosen)
        .map((name) => {
          const { icon, word, colour } = STATES[stateOf(name)];
          return (
            <UnstyledButton
              key={name}
              className={classes['count'] ?? ''}
              c={colour}
              aria-pressed={chosen === name}
              onClick={() => {
                change({ state: chosen === name ? null : name });
              }}
            >
              <Glyph of={icon} /> {counts[name].toLocaleString('en')} {word.toLowerCase()}
            </UnstyledButton>
          );
        })}
    </div>
  );
}
