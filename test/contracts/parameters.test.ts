import type { ZodError, ZodType } from 'zod';
import { FleetRunInput, MachineId, MachinePipelineInput, StepParameters } from '../../contracts/parameters.js';
import { describeProblems } from '../../contracts/problems.js';

function problems(error: ZodError | undefined, given: unknown, schema: ZodType): string[] {
  if (error === undefined) throw new Error('expected the input to be refused');
  return describeProblems(error, given, schema);
}

describe('a machine id', () => {
  it.each(['motor_siemens_1la7_001', 'a', '0', 'x'.repeat(64)])('may be %s', (id) => {
    expect(MachineId.safeParse(id).success).toBe(true);
  });

  it.each(['', '../x', 'A', 'a b', 'a__b', '_a', 'a_', 'a/b', 'a.json', 'ä', 'x'.repeat(65), 'a\n'])(
    'may not be %j',
    (id) => {
      expect(MachineId.safeParse(id).success).toBe(false);
    },
  );
});

describe('step parameters', () => {
  it('have the defaults of the seed document', () => {
    expect(StepParameters.parse({})).toEqual({
      epochs: 300,
      batchSize: 500,
      synthesizer: 'temporal-tvae',
      patience: 0,
      timeLimit: 0,
      seedSamples: 10_000,
      samples: 50_000,
      runs: 0,
      failureMode: 'as-seen',
      lifeHours: 'as-seen',
      condition: 'as-seen',
      rulCap: 0,
      split: [0.7, 0.15, 0.15],
      seed: 0,
    });
  });

  it.each([
    ['epochs', 0],
    ['epochs', 1.5],
    ['batchSize', -1],
    ['synthesizer', 'ctgan'],
    ['patience', -1],
    ['timeLimit', 0.5],
    ['samples', 10],
    ['runs', -1],
    ['failureMode', 'a=0.6,b'],
    ['failureMode', 'a,b'],
    ['lifeHours', '200'],
    ['lifeHours', '200-800'],
    ['condition', 'speed'],
    ['condition', 'speed=fast'],
    ['split', [0.7, 0.2, 0.2]],
    ['split', [1, 0, 0]],
    ['seed', -1],
    ['epoch', 3],
  ])('refuse %s %j and name the field', (field, value) => {
    const given = { [field]: value };
    const parsed = StepParameters.safeParse(given);
    expect(parsed.success).toBe(false);
    expect(problems(parsed.error, given, StepParameters).join()).toContain(field);
  });
});

describe('a training that ends early', () => {
  it.each(['patience', 'timeLimit'])('by its %s, is the project’s own: SDV’s would ignore it', (field) => {
    expect(StepParameters.parse({ [field]: 5 })).toMatchObject({ [field]: 5 });
    const given = { synthesizer: 'sdv-tvae', [field]: 5 };
    expect(problems(StepParameters.safeParse(given).error, given, StepParameters)).toEqual([
      `${field}: only temporal-tvae ends early (got 5)`,
    ]);
  });
});

describe('describeProblems', () => {
  it('names the field, what is allowed and the value', () => {
    const given = { machineId: '../x' };
    const parsed = MachinePipelineInput.safeParse(given);
    expect(problems(parsed.error, given, MachinePipelineInput)).toEqual([
      expect.stringMatching(/^machineId: .*lower-case.*"\.\.\/x"/),
    ]);
  });

  it('names a field that does not exist, and where', () => {
    const given = { machineId: 'pump_a', parameters: { epoch: 3 } };
    const parsed = MachinePipelineInput.safeParse(given);
    expect(problems(parsed.error, given, MachinePipelineInput)).toEqual([
      'parameters.epoch: there is no such field (got 3)',
    ]);
  });

  it('shortens a long value', () => {
    const given = { name: 'r', machineIds: ['y'.repeat(500)] };
    const parsed = FleetRunInput.safeParse(given);
    expect(problems(parsed.error, given, FleetRunInput).every((line) => line.length < 300)).toBe(true);
  });
});
