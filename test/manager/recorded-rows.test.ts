import { failure } from '../../activities/python/failures.js';
import { FAILURE } from '../../contracts/failures.js';
import { ManagerError } from '../../manager/errors.js';
import { importArgs } from '../../manager/recorded-rows.js';
import { importRequest, refusedHere } from '../../scripts/commands/import.js';

function flags(options: Parameters<typeof importRequest>[0]): string[] {
  return importArgs('pump_own', importRequest(options));
}

describe('machine import', () => {
  it('gives the script its own flag names, and paths relative to the caller’s folder', () => {
    const args = flags({
      csv: 'rows.csv',
      map: 'flow=Q [m3/h]',
      units: 'units.json',
      gapHours: '24',
      newProfile: true,
      replace: true,
      failures: true,
    });
    expect(args).toEqual([
      '--machine_id',
      'pump_own',
      '--csv',
      `${process.cwd()}/rows.csv`,
      '--map=flow=Q [m3/h]',
      `--units=${process.cwd()}/units.json`,
      '--gap_hours=24',
      '--new_profile',
      '--replace',
    ]);
  });

  it('turns --no-failures into the script’s flag', () => {
    expect(flags({ csv: '/a.csv', failures: false })).toEqual([
      '--machine_id',
      'pump_own',
      '--csv',
      '/a.csv',
      '--no_failures',
    ]);
  });

  it('lets no value pass for a flag', () => {
    expect(flags({ csv: '/a.csv', delimiter: '--root' })).toContain('--delimiter=--root');
  });

  it('refuses an option that it does not know', () => {
    expect(() => flags({ csv: '/a.csv', root: '/etc' })).toThrow(ManagerError);
  });

  it('reports a refusal in terms of the command line’s own flags', () => {
    const refused = failure(FAILURE.invalidInput, 'argument --time_unit: invalid choice', {
      retryable: false,
      hint: '--interval_minutes N if they count rows; import_seed.py --help shows what is allowed',
    });
    expect(refusedHere(refused)).toMatchObject({
      message: '--time-unit: invalid choice',
      type: FAILURE.invalidInput,
      details: [
        { hint: '--interval-minutes N if they count rows; npm run gan -- machine import --help shows what is allowed' },
      ],
    });
  });

  it('leaves the names of columns and sensors in a refusal as they are', () => {
    const hint = '--drop oil_temp';
    const refused = failure(FAILURE.invalidInput, 'oil_temp: x_y is not a number', { retryable: false, hint });
    expect(refusedHere(refused)).toMatchObject({ message: 'oil_temp: x_y is not a number', details: [{ hint }] });
  });

  it('passes on the options that drop columns, order dates and split runs', () => {
    const given = {
      csv: '/a.csv',
      drop: 'id,note',
      settings: 'load',
      dateOrder: 'dmy',
      format: 'cmapss',
      splitAtFailures: true,
    };
    expect(flags(given).slice(4)).toEqual([
      '--format=cmapss',
      '--drop=id,note',
      '--settings=load',
      '--date_order=dmy',
      '--split_at_failures',
    ]);
  });
});
