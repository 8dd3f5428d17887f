import { readFileSync } from 'node:fs';
import { PlanData, Stale } from '../../contracts/plan.js';

const planned = (stale: unknown) => ({
  machines: [
    {
      machineId: 'pump_a',
      machineType: 'pump',
      published: true,
      steps: [{ step: 'trainTvae', action: 'run', reason: 'epochs changed from 300 to 60', lastSeconds: null, stale }],
    },
  ],
});

describe('the plan', () => {
  it('has the reasons that Python gives', () => {
    const [, kinds = ''] = /^Kind = Literal\[(.*?)^\]/ms.exec(readFileSync('GAN/gan/store/staleness.py', 'utf8')) ?? [];
    const inPython = [...kinds.matchAll(/^\s*"(\w+)"/gm)].map(([, kind]) => kind);
    expect(inPython).toEqual(Stale.options.map((option) => option.shape.kind.value));
  });

  it('shows a changed parameter with its values', () => {
    const stale = { kind: 'parameter', name: 'epochs', before: 300, after: 60 };
    expect(PlanData.parse(planned(stale)).machines[0]?.steps[0]?.stale).toEqual(stale);
  });

  it('refuses a reason that it does not know', () => {
    expect(PlanData.safeParse(planned({ kind: 'mood' })).success).toBe(false);
  });
});
