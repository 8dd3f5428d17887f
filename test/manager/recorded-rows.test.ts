import { ManagerError } from '../../manager/errors.js';
import { importArgs } from '../../manager/recorded-rows.js';
import { importRequest } from '../../scripts/commands/import.js';

function flags(options: Parameters<typeof importRequest>[0]): string[] {
  return importArgs('pump_own', importRequest(options));
}

describe('machine import', () => {
  it('gives the script its flags by their names there, and files from where the person is', () => {
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
});
