import { join } from 'node:path';
import type { Part } from './part.ts';
import {
  type PartEnd,
  type PartProcess,
  type StopOutcome,
  startPartProcess,
} from './part-process.ts';
import { type ReadinessOutcome, waitUntilReady } from './readiness.ts';

/** A part that is kept running. */
export type Supervised = {
  readonly name: string;
  readonly logPath: string;
  /** How the first start went. Only a part that became ready is started again when it ends. */
  readonly firstStart: Promise<ReadinessOutcome>;
  /** Stops what runs and runs `part` in its place. Resolves when that is ready, or is not. */
  replace(part: Part): Promise<ReadinessOutcome>;
  /** Stops it for good. */
  stop(): Promise<StopOutcome>;
  /** Ends it at once and for good. */
  kill(): void;
};

/** What happens to a part that was ready once. */
export type PartEvent =
  | ({ readonly kind: 'died'; readonly part: Part; readonly pauseMillis: number } & PartEnd)
  | { readonly kind: 'back'; readonly part: Part; readonly tookMillis: number }
  | { readonly kind: 'too-slow'; readonly part: Part; readonly last: string };

export type SuperviseOptions = {
  readonly logDir: string;
  readonly tell: (event: PartEvent) => void;
  /** How long to wait before the nth start in a row that did not last; n from 1. */
  readonly pauseMillis?: (failuresInRow: number) => number;
};

type State =
  | { readonly kind: 'running'; readonly process: PartProcess; readonly sinceMillis: number }
  | { readonly kind: 'pausing'; readonly timer: NodeJS.Timeout }
  | { readonly kind: 'replacing' }
  | { readonly kind: 'stopped' };

/** A second at first: a port needs a moment to be free. Half a minute at most: somebody may repair it. */
const PAUSE_MIN_MILLIS = 1_000;
const PAUSE_MAX_MILLIS = 30_000;

/** Who ran this long had recovered: the next pause is the shortest again. */
const RECOVERED_AFTER_MILLIS = 60_000;

export function doublingPause(failuresInRow: number): number {
  return Math.min(PAUSE_MAX_MILLIS, PAUSE_MIN_MILLIS * 2 ** (failuresInRow - 1));
}

export function logPathOf(part: Part, logDir: string): string {
  return join(logDir, `${part.name}.log`);
}

/** Starts a part, and from the moment it is ready starts it again whenever it ends. */
export function supervise(firstPart: Part, options: SuperviseOptions): Supervised {
  const { logDir, tell, pauseMillis = doublingPause } = options;
  const logPath = logPathOf(firstPart, logDir);
  let part = firstPart;
  let failuresInRow = 0;
  let latest = startPartProcess(part, logPath);
  let state: State = { kind: 'running', process: latest, sinceMillis: performance.now() };

  function run(): PartProcess {
    latest = startPartProcess(part, logPath);
    state = { kind: 'running', process: latest, sinceMillis: performance.now() };
    return latest;
  }

  /** From now on the end of `process` is an accident, unless the state has moved on by then. */
  function watch(process: PartProcess): void {
    void process.ended.then((end) => {
      if (state.kind !== 'running' || state.process !== process) return;
      const lastedMillis = performance.now() - state.sinceMillis;
      failuresInRow = lastedMillis >= RECOVERED_AFTER_MILLIS ? 1 : failuresInRow + 1;
      const pause = pauseMillis(failuresInRow);
      state = { kind: 'pausing', timer: setTimeout(restart, pause) };
      tell({ kind: 'died', part, pauseMillis: pause, ...end });
    });
  }

  function restart(): void {
    const startMillis = performance.now();
    const process = run();
    watch(process);
    void waitUntilReady(part, process, logPath).then((outcome) => {
      if (state.kind !== 'running' || state.process !== process) return;
      if (outcome.kind === 'ready') {
        tell({ kind: 'back', part, tookMillis: performance.now() - startMillis });
      } else if (outcome.kind === 'too-slow') {
        tell({ kind: 'too-slow', part, last: outcome.last });
      }
    });
  }

  /** Nothing that ends from here on is started again; answers what runs. */
  function letGo(next: 'replacing' | 'stopped'): PartProcess | undefined {
    const before = state;
    state = { kind: next };
    if (before.kind === 'pausing') clearTimeout(before.timer);
    return before.kind === 'running' ? before.process : undefined;
  }

  async function startFirst(process: PartProcess): Promise<ReadinessOutcome> {
    const outcome = await waitUntilReady(part, process, logPath);
    if (outcome.kind === 'ready') watch(process);
    return outcome;
  }

  return {
    name: firstPart.name,
    logPath,
    firstStart: startFirst(latest),
    async replace(nextPart) {
      const wasStopped = { kind: 'ended', how: 'was stopped', hasLastWord: false } as const;
      if (state.kind === 'stopped') return wasStopped;
      await letGo('replacing')?.stop();
      if (state.kind !== 'replacing')
        return { kind: 'ended', how: 'was stopped', hasLastWord: false };
      part = nextPart;
      failuresInRow = 0;
      const next = run();
      watch(next);
      return waitUntilReady(part, next, logPath);
    },
    async stop() {
      const running = letGo('stopped');
      if (running !== undefined) return running.stop();
      // It has ended, or is about to: then it was told so, with a time limit.
      await latest.ended;
      return 'stopped';
    },
    kill() {
      letGo('stopped');
      latest.kill();
    },
  };
}
