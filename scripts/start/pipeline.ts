import { boundLog, setLogAside } from './log-file.ts';
import type { Part } from './part.ts';
import type { ReadinessOutcome } from './readiness.ts';
import { logPathOf, type Supervised, type SuperviseOptions, supervise } from './supervise.ts';

/** All parts together. Nothing here prints: `progress` and `tell` are where a person hears of it. */
export type Pipeline = {
  /** Resolves when all parts are ready, or with the first that is not. */
  start(): Promise<StartOutcome>;
  /** Runs a part of that name as it is told now, in place of the one that runs. */
  replace(part: Part): Promise<ReadinessOutcome>;
  /** Stops all, the last started first. */
  stop(): Promise<void>;
  /** Ends all at once. */
  kill(): void;
};

export type StartOutcome =
  | { readonly kind: 'ready' }
  | {
      readonly kind: 'failed';
      readonly part: Part;
      readonly outcome: Exclude<ReadinessOutcome, { kind: 'ready' }>;
      readonly logPath: string;
    }
  /** `stop` or `kill` was called before all were ready. */
  | { readonly kind: 'stopped' };

export type Progress = {
  started(part: Part): void;
  ready(part: Part, tookMillis: number): void;
  stopping(name: string): void;
  stopped(name: string, tookMillis: number, wasKilled: boolean): void;
};

/**
 * Parts in the order they are started. Those of one step start together, as they wait for each other:
 * the demo app's two processes do.
 */
export type Steps = readonly (readonly Part[])[];

export type PipelineOptions = SuperviseOptions & { readonly progress: Progress };

/** The limit of a log is passed by what one part writes in this time. */
const BOUND_LOGS_EVERY_MILLIS = 5_000;

export function createPipeline(steps: Steps, options: PipelineOptions): Pipeline {
  const { logDir, progress } = options;
  const running: Supervised[] = [];
  let isStopping = false;

  const bounding = setInterval(() => {
    for (const { logPath } of running) boundLog(logPath);
  }, BOUND_LOGS_EVERY_MILLIS);
  bounding.unref();

  async function startPart(part: Part): Promise<StartOutcome> {
    const startMillis = performance.now();
    setLogAside(logPathOf(part, logDir));
    progress.started(part);
    const supervised = supervise(part, options);
    running.push(supervised);
    const outcome = await supervised.firstStart;
    if (isStopping) return { kind: 'stopped' };
    if (outcome.kind !== 'ready') {
      return { kind: 'failed', part, outcome, logPath: supervised.logPath };
    }
    progress.ready(part, performance.now() - startMillis);
    return { kind: 'ready' };
  }

  return {
    async start() {
      for (const step of steps) {
        if (isStopping) return { kind: 'stopped' };
        // The first that fails decides: the others of its step may wait for it in vain.
        const outcome = await firstTrouble(step.map(startPart));
        if (outcome.kind !== 'ready') return outcome;
      }
      return { kind: 'ready' };
    },
    async replace(part) {
      const supervised = running.find(({ name }) => name === part.name);
      if (supervised === undefined) throw new Error(`there is no part ${part.name}`);
      return supervised.replace(part);
    },
    async stop() {
      isStopping = true;
      for (const supervised of running.toReversed()) {
        const startMillis = performance.now();
        progress.stopping(supervised.name);
        const outcome = await supervised.stop();
        progress.stopped(supervised.name, performance.now() - startMillis, outcome === 'killed');
      }
      clearInterval(bounding);
    },
    kill() {
      isStopping = true;
      for (const supervised of running) supervised.kill();
    },
  };
}

/** Resolves with the first outcome that is not `ready`, or when all are. */
function firstTrouble(starts: readonly Promise<StartOutcome>[]): Promise<StartOutcome> {
  const all = Promise.all(starts).then(
    (outcomes): StartOutcome => outcomes.find(({ kind }) => kind !== 'ready') ?? { kind: 'ready' },
  );
  return Promise.race(
    starts.map(async (start) => {
      const outcome = await start;
      return outcome.kind === 'ready' ? all : outcome;
    }),
  );
}
