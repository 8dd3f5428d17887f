import { ApplicationFailure } from '@temporalio/common';
import { runPython } from '../../../activities/python/script.js';
import { PythonHosts } from '../../../activities/python/host.js';
import type { ProgressEvent } from '../../../contracts/events.js';
import { leftAfter } from '../../support/processes.js';
import { scriptProject } from '../../support/python.js';

const never = new AbortController().signal;

interface Watched {
  progress: ProgressEvent[];
  log: string[];
}

async function run(
  source: string,
  options: { signal?: AbortSignal; watched?: Watched; onProgress?: () => void; silenceTimeoutMs?: number } = {},
) {
  const { script, ...settings } = scriptProject(source);
  const watched = options.watched ?? { progress: [], log: [] };
  return runPython(
    { script, args: ['--flag', 'a b; rm -rf /'] },
    { ...settings, silenceTimeoutMs: options.silenceTimeoutMs ?? 20_000 },
    options.signal ?? never,
    {
      onProgress: (event) => {
        watched.progress.push(event);
        options.onProgress?.();
      },
      onLog: (line) => {
        watched.log.push(line);
      },
    },
  );
}

async function failureOf(work: Promise<unknown>): Promise<ApplicationFailure> {
  const reason: unknown = await work.then(
    () => null,
    (error: unknown) => error,
  );
  if (reason instanceof ApplicationFailure) return reason;
  throw new Error(`expected a typed failure, not ${String(reason)}`);
}

describe('runPython', () => {
  it('returns the result and reports progress on the way', async () => {
    const watched: Watched = { progress: [], log: [] };
    const result = await run(
      'progress(1, loss=0.5)\nsay("warning", code="W", message="careful")\nresult(summary="made")',
      { watched },
    );
    expect(result.summary).toBe('made');
    expect(watched.progress).toMatchObject([{ current: 1, metrics: { loss: 0.5 } }]);
    expect(watched.log).toEqual(['W: careful']);
  });

  it('passes flags as they are, without a shell', async () => {
    const result = await run('result(summary=sys.argv[-1])');
    expect(result.summary).toBe('a b; rm -rf /');
  });

  it('gives the script a minimal environment', async () => {
    process.env['SECRET_OF_THE_TEST'] = 'x';
    const result = await run('result(summary=str("SECRET_OF_THE_TEST" in os.environ))');
    expect(result.summary).toBe('False');
  });

  it.each([
    [2, 'InvalidInput', true],
    [3, 'MissingPrerequisite', true],
    [4, 'ValidationFailed', true],
    [5, 'ResourceFailed', false],
    [75, 'Interrupted', false],
  ])('maps exit status %i to %s', async (status, type, nonRetryable) => {
    const failure = await failureOf(run(`error("C", ${status})`));
    expect(failure).toMatchObject({
      type,
      nonRetryable,
      message: 'it went wrong',
      details: [{ code: 'C', hint: 'do this', field: null }],
    });
  });

  it('treats a killed process as a crash, which is retried', async () => {
    const failure = await failureOf(run('os.kill(os.getpid(), signal.SIGKILL)'));
    expect(failure).toMatchObject({ type: 'ProcessCrashed', nonRetryable: false });
    expect(failure.message).toContain('SIGKILL');
  });

  it('shows the last line of a traceback', async () => {
    expect((await failureOf(run('raise ValueError("bad luck")'))).message).toContain('ValueError: bad luck');
  });

  it('does not accept success without a result', async () => {
    expect(await failureOf(run('print("hello")'))).toMatchObject({ type: 'ProcessCrashed', nonRetryable: true });
  });

  it('names the command that installs a missing Python', async () => {
    const { script, ...settings } = scriptProject('');
    const work = runPython({ script, args: [] }, { ...settings, python: '/nowhere/python' }, never, {
      onProgress: () => undefined,
      onLog: () => undefined,
    });
    const failure = await failureOf(work);
    expect(failure.type).toBe('MissingPrerequisite');
    expect(failure.details?.[0]).toMatchObject({ hint: 'run: npm run setup' });
  });

  it('stops the whole process group when aborted, also what ignores SIGTERM', async () => {
    const abort = new AbortController();
    const pids: number[] = [];
    const source = `
signal.signal(signal.SIGTERM, signal.SIG_IGN)
deaf = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); time.sleep(600)"
child = subprocess.Popen([sys.executable, "-c", deaf])
progress(1, pid=os.getpid(), child=child.pid)
time.sleep(600)`;
    const watched: Watched = { progress: [], log: [] };
    const failure = await failureOf(
      run(source, {
        signal: abort.signal,
        watched,
        onProgress: () => {
          abort.abort();
        },
      }),
    );
    for (const value of Object.values(watched.progress[0]?.metrics ?? {})) pids.push(value ?? 0);
    expect(failure.type).toBe('Interrupted');
    expect(pids).toHaveLength(2);
    expect(await leftAfter(pids, 1_000)).toEqual([]);
  });

  it('lets a script that is asked to stop save what it has', async () => {
    const abort = new AbortController();
    const source = `
def stop(*_):
    say("warning", code="SAVED", message="checkpoint")
    sys.exit(75)
signal.signal(signal.SIGTERM, stop)
progress(1)
time.sleep(600)`;
    const watched: Watched = { progress: [], log: [] };
    await failureOf(
      run(source, {
        signal: abort.signal,
        watched,
        onProgress: () => {
          abort.abort();
        },
      }),
    );
    expect(watched.log).toEqual(['SAVED: checkpoint']);
  });

  it('stops a script that has gone silent', async () => {
    const failure = await failureOf(run('time.sleep(600)', { silenceTimeoutMs: 500 }));
    expect(failure.type).toBe('ProcessCrashed');
    expect(failure.message).toMatch(/nothing/);
  });
});

describe('a worker’s Python processes', () => {
  const PID = 'result(metrics={"pid": os.getpid()})';
  let hosts: PythonHosts;
  beforeEach(() => {
    hosts = new PythonHosts();
  });
  afterEach(async () => {
    await hosts.close();
  });

  /** Runs a script in a process of the pool; gives its process id. */
  async function pidOf(
    project: ReturnType<typeof scriptProject>,
    signal = never,
    onProgress: () => void = () => undefined,
  ): Promise<number> {
    const { script, ...settings } = project;
    const result = await runPython({ script, args: [] }, { ...settings, hosts }, signal, {
      onProgress,
      onLog: () => undefined,
    });
    return result.metrics['pid'] ?? 0;
  }

  it('run one script after another', async () => {
    const project = scriptProject(PID);
    expect(await pidOf(project)).toBe(await pidOf(project));
  });

  it('are as many as there are scripts running at once', async () => {
    const project = scriptProject(PID);
    const [one, other] = await Promise.all([pidOf(project), pidOf(project)]);
    expect(one).not.toBe(other);
  });

  it('are not used again after a script that failed', async () => {
    const project = scriptProject(`${PID}\nsys.exit(0 if os.path.exists("failed") else (open("failed", "w"), 5)[1])`);
    await failureOf(pidOf(project));
    const pid = await pidOf(project);
    expect(await pidOf(project)).toBe(pid);
  });

  it('are gone when a script was stopped, even one that ignored it and succeeded', async () => {
    const abort = new AbortController();
    const source = `
import threading
stopped = threading.Event()
signal.signal(signal.SIGTERM, lambda *_: stopped.set())
progress(1)
stopped.wait()
${PID}`;
    const pid = await pidOf(scriptProject(source), abort.signal, () => {
      abort.abort();
    });
    expect(pid).toBeGreaterThan(0);
    expect(await leftAfter([pid], 0)).toEqual([]);
  });

  it('end when they have had nothing to do for a second, and at once with the worker', async () => {
    const project = scriptProject(PID);
    expect(await leftAfter([await pidOf(project)], 5_000)).toEqual([]);
    const pid = await pidOf(project);
    await hosts.close();
    expect(await leftAfter([pid], 0)).toEqual([]);
  });

  it('that were killed while they waited are replaced', async () => {
    const project = scriptProject(PID);
    const pid = await pidOf(project);
    process.kill(pid, 'SIGKILL');
    expect(await leftAfter([pid], 5_000)).toEqual([]);
    const next = await pidOf(project).catch(async (error: unknown) => {
      // Its end was not known yet: the script counts as crashed, and is retried.
      expect(error).toMatchObject({ type: 'ProcessCrashed', nonRetryable: false });
      return await pidOf(project);
    });
    expect(next).not.toBe(pid);
  });
});
