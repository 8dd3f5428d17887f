import { UnstyledButton } from '@mantine/core';
import type { StateCounts } from '../../../../contracts/api/machines.js';
import { MACHINE_STATES } from '../../../../contracts/machine-states.js';
import { Glyph } from '../../components/glyph.js';
import { STATES } from '../../components/state.js';
import { useQueryState } from '../../query-state.js';
import classes from './fleet.module.css';

/** How many machines are in each state; a click shows only those, another one all again. */
export function Counts({ counts }: { counts: StateCounts }) {
  const [query, change] = useQueryState();
  const chosen = query.get('state');
  const shown = MACHINE_STATES.filter((state) => counts[state] > 0 || state === chosen);
  return (
    <div className={classes['counts']} role="group" aria-label="Show only machines that are">
      {shown.map((state) => (
        <UnstyledButton
          key={state}
          className={classes['count'] ?? ''}
          c={STATES[state].colour}
          aria-pressed={chosen === state}
          onClick={() => {
            change({ state: chosen === state ? null : state });
          }}
        >
          <Glyph of={STATES[state].icon} /> {counts[state].toLocaleString('en')} {STATES[state].word.toLowerCase()}
        </UnstyledButton>
      ))}
    </div>
  );
}
