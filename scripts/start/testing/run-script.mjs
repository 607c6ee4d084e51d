import { spawn } from 'node:child_process';

/** Longer than anything takes on a busy machine. */
const WAIT_MAX_MILLIS = 20_000;

/** A script that runs, and what it has written until now. */
export function runScript(file, args, environment = {}) {
  const child = spawn(process.execPath, [file, ...args], {
    env: { ...process.env, ...environment },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  const run = { child, output: '', exitCode: undefined, said, ended };
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text) => {
      run.output += text;
    });
  }
  child.on('close', (code, signal) => {
    run.exitCode = signal ?? code;
  });
  // Nobody is left when a test fails half-way.
  process.once('exit', () => child.kill('SIGKILL'));
  return run;

  /** Resolves when `text` stands in the output. */
  async function said(text) {
    await until(() => run.output.includes(text) || run.exitCode !== undefined, run);
    if (!run.output.includes(text)) throw new Error(`ended without "${text}":\n${run.output}`);
  }

  /** Resolves with the exit code, or the signal that ended it. */
  async function ended() {
    await until(() => run.exitCode !== undefined, run);
    return run.exitCode;
  }
}

/** Resolves when `isTrue`. */
export async function until(isTrue, run) {
  const deadlineMillis = performance.now() + WAIT_MAX_MILLIS;
  while (!isTrue()) {
    if (performance.now() > deadlineMillis) throw new Error(`too slow:\n${run?.output}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
