import { duration, fit, table } from '../../scripts/views/format.js';

it.each([
  [0.04, '0.0 s'],
  [8.42, '8.4 s'],
  [42.4, '42 s'],
  [200, '3 min 20 s'],
  [7500, '2 h 05 min'],
])('%d seconds are %s', (seconds, text) => {
  expect(duration(seconds)).toBe(text);
});

it('a table’s columns are as wide as they need', () => {
  expect(table(['a', 'long'], [['xxx', 'y']])).toBe('a    long\n───  ────\nxxx  y');
});

it('text is shortened or padded to a width', () => {
  expect([fit('abcdef', 4), fit('ab', 4)]).toEqual(['abc…', 'ab  ']);
});
