import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync } from 'node:fs';
import { openLog } from './log-file.ts';
import type { Part } from './part.ts';

/** A part while it runs, once. */
export type PartProcess = {
  readonly pid: number | undefined;
  /** Resolves when it has ended, or could not begin. Never rejects. */
  readonly ended: Promise<PartEnd>;
  /** SIGTERM, then SIGKILL after the part's time. Resolves when it has ended. */
  stop(): Promise<StopOutcome>;
  kill(): void;
};

export type PartEnd = {
  /** As in "collector …": `ended with code 1`, `was killed by SIGKILL`. */
  readonly how: string;
  /** Nobody writes a last word when killed from outside. */
  readonly hasLastWord: boolean;
};

export type StopOutcome = 'stopped' | 'killed';

const LEASH = new URL('./leash.mjs', import.meta.url).href;

/**
 * In a session of its own: neither Ctrl-C nor a closed terminal reaches it but through us, so that
 * parts stop in order. The leash ends it when we are gone.
 */
export function startPartProcess(part: Part, logPath: string): PartProcess {
  const log = openLog(logPath);
  const child = spawn(process.execPath, ['--import', LEASH, ...part.nodeArgs], {
    cwd: part.workingDir,
    env: { ...process.env, ...part.environment },
    stdio: ['ignore', log, log, 'ipc'],
    detached: true,
  });
  closeSync(log);
  // The channel is the leash and carries nothing; what has ended is told by `exit`.
  child.channel?.unref();
  const ended = endOf(child);
  return {
    pid: child.pid,
    ended,
    async stop() {
      child.kill('SIGTERM');
      let outcome: StopOutcome = 'stopped';
      const deadline = setTimeout(() => {
        outcome = 'killed';
        killGroup(child);
      }, part.stopMaxMillis);
      await ended;
      clearTimeout(deadline);
      return outcome;
    },
    kill: () => killGroup(child),
  };
}

function endOf(child: ChildProcess): Promise<PartEnd> {
  return new Promise((resolve) => {
    child.once('error', (error) =>
      resolve({ how: `could not be run (${error.message})`, hasLastWord: false }),
    );
    child.once('exit', (code, signal) => {
      // What it started itself and left behind.
      killGroup(child);
      resolve({
        how: signal === null ? `ended with code ${code}` : `was killed by ${signal}`,
        hasLastWord: signal !== 'SIGKILL' && signal !== 'SIGTERM',
      });
    });
  });
}

function killGroup(child: ChildProcess): void {
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, 'SIGKILL');
  } catch {
    // Nobody is left.
  }
}
