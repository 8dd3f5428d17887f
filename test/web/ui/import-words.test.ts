import { inPageWords } from '../../../web/ui/import/words.js';

describe('what the import script says, in the words of the page', () => {
  it('calls flags as the page calls them', () => {
    const hint = '--run_column <column>, a column of RUL (--map rul=<column>), or --gap_hours N: a gap';
    expect(inPageWords(hint)).toBe(
      'choose “run” in the table of columns, a column of RUL ' +
        '(choose “remaining life (RUL)” in the table of columns), or “A gap ends a run”: a gap',
    );
    expect(inPageWords("--run_column 'Pump no'")).toBe('choose “run” for Pump no in the table of columns');
  });
});
