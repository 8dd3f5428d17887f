import { jest } from '@jest/globals';
import { ManagerError, REFUSAL } from '../../manager/errors.js';
import { reportError } from '../../scripts/errors.js';

let said: string[];
beforeEach(() => {
  said = [];
  jest.spyOn(process.stderr, 'write').mockImplementation((text) => said.push(String(text)) > 0);
});
afterEach(() => {
  jest.restoreAllMocks();
});

it.each([
  [REFUSAL.invalidInput, 2],
  [REFUSAL.missingPrerequisite, 3],
  [REFUSAL.notFound, 3],
  [REFUSAL.validationFailed, 4],
  [REFUSAL.resource, 5],
  [REFUSAL.underWay, 1],
  [REFUSAL.nothingToDo, 0],
  [REFUSAL.noProgress, 1],
])('an error of type %s ends a command with %i', (type, status) => {
  expect(reportError(new ManagerError(type, 'what', 'what next'))).toBe(status);
  expect(said.join('')).toBe('error: what\n  → what next\n');
});

it('only what is unexpected shows its stack', () => {
  expect(reportError(new TypeError('a mistake'))).toBe(1);
  expect(said.join('')).toMatch(/a mistake\n\s+at /);
});
