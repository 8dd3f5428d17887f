import { copyFileSync, cpSync, mkdtempSync, mkdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { PythonSettings } from '../../activities/python/script.js';
import { HOST_SCRIPT } from '../../activities/python/host.js';

export const PROJECT_ROOT = join(import.meta.dirname, '../..');

/** A project with one script, whose text is given: what a script may do wrong is simulated, not waited for. */
export function scriptProject(source: string): PythonSettings & { script: string } {
  const projectRoot = mkdtempSync(join(tmpdir(), 'script-'));
  const script = 'GAN/scripts/fake.py';
  mkdirSync(dirname(join(projectRoot, script)), { recursive: true });
  copyFileSync(join(PROJECT_ROOT, HOST_SCRIPT), join(projectRoot, HOST_SCRIPT));
  cpSync(join(PROJECT_ROOT, 'GAN/gan/runtime'), join(projectRoot, 'GAN/gan/runtime'), { recursive: true });
  writeFileSync(join(projectRoot, script), `${PRELUDE}\n${source}\n`);
  return {
    projectRoot,
    script,
    python: join(PROJECT_ROOT, '.venv/bin/python'),
    dataRoot: join(projectRoot, 'data'),
    silenceTimeoutMs: 20_000,
    stopGraceMs: 300,
  };
}

const PRELUDE = `
import json, os, signal, subprocess, sys, time

def say(event, **fields):
    print(json.dumps({"event": event, "step": "fake", "machineId": None, "time": "t", **fields}), flush=True)

def progress(current, total=10, **metrics):
    fields = {"current": current, "total": total, "unit": "epochs", "metrics": metrics, "etaSeconds": 1.5}
    say("progress", **fields, checkpoint=None, device="cpu")

def result(**changes):
    fields = {"skipped": False, "reason": None, "outputs": [], "metrics": {}, "verdict": None}
    say("result", **{**fields, "summary": "done", "durationSeconds": 0.1, **changes})

def error(code, exit_code, retryable=False):
    fields = {"message": "it went wrong", "hint": "do this", "field": None}
    say("error", **fields, code=code, retryable=retryable, exitCode=exit_code)
    sys.exit(exit_code)
`;
