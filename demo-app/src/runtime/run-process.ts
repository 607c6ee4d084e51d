import type { Logger } from 'pino';
import type { ConfigRead } from '../config.ts';

/** What a process started; each step undoes one, in this order. */
export type StopSteps = readonly StopStep[];
export type StopStep = { readonly name: string; readonly stop: () => Promise<void> };

/** Orchestrators kill after ten seconds, people press Ctrl-C again after five. */
const STOP_MAX_MILLIS = 4_500;

/** The settings, or the end of the process with one sentence about the one that is wrong. */
export function configOrExit<C>(read: ConfigRead<C>): C {
  if (read.ok) return read.config;
  process.stderr.write(`${read.reason}\n`);
  process.exit(1);
}

/** What was started, or the end of the process with one sentence: a port in use, a folder that is not ours. */
export async function startedOrExit<T>(what: string, starting: Promise<T>): Promise<T> {
  try {
    return await starting;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    process.stderr.write(`${what} did not start: ${reason}\n`);
    process.exit(1);
  }
}

/**
 * Stops on SIGTERM and SIGINT with exit code 0, and on an error that nobody caught with 1. A second
 * signal, or a step that takes too long, ends the process at once.
 */
export function stopOnSignals(steps: StopSteps, log: Logger): void {
  let isStopping = false;

  async function stop(exitCode: number): Promise<void> {
    if (isStopping) process.exit(exitCode);
    isStopping = true;
    setTimeout(() => {
      log.warn(`stopped after ${STOP_MAX_MILLIS} ms without waiting any longer`);
      process.exit(exitCode);
    }, STOP_MAX_MILLIS).unref();
    for (const { name, stop } of steps) {
      try {
        await stop();
      } catch (error) {
        log.error({ err: error }, `${name} did not stop`);
      }
    }
    log.info('stopped');
    process.exit(exitCode);
  }

  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.on(signal, () => {
      log.info(`${signal}: stopping`);
      void stop(0);
    });
  }
  for (const event of ['uncaughtException', 'unhandledRejection'] as const) {
    process.on(event, (error: unknown) => {
      // The agent rejects where nobody can catch it when a flush is due while it stops.
      if (isStopping) log.warn({ err: error }, event);
      else {
        log.fatal({ err: error }, event);
        void stop(1);
      }
    });
  }
}
