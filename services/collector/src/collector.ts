import {
  type Clock,
  createFrontDoor,
  createHealth,
  createLogLimiter,
  createMetrics,
  createPlainRoutes,
  createWorkerPool,
  type HttpHandler,
  type ListenAddress,
  type Logger,
  startTurnClock,
  type TurnClock,
} from '@emberscope/node-kit';
import { deliver } from './deliver/deliver.ts';
import { createUpstream } from './deliver/upstream.ts';
import { createAdmission } from './receive/admission.ts';
import { answerIngest } from './receive/ingest-door.ts';
import { createPassage, type Outcome } from './receive/passage.ts';
import type { PrepareJobs, PrepareWorkerData } from './receive/prepare/prepare-jobs.ts';
import { createPrepare, type Prepare } from './receive/prepare.ts';
import { createPushHandler, PUSH_PATH } from './receive/push-door.ts';
import type { CollectorSettings } from './settings.ts';
import { createCollectorMetrics } from './status/collector-metrics.ts';

export type CollectorParts = {
  readonly settings: CollectorSettings;
  readonly clock: Clock;
  readonly log: Logger;
};

export type StartedCollector =
  | { readonly ok: true; readonly collector: Collector }
  | { readonly ok: false; readonly reason: string };

export type Collector = {
  readonly address: ListenAddress;
  /** Lets what is under way end, then closes everything. */
  stop(): Promise<void>;
};

/** The house rule: no turn of the main thread is longer. */
const LONG_TURN_MILLIS = 40;
/** A stranger can cause a failure a thousand times a second; one line of a kind in this time. */
const LOG_INTERVAL_MILLIS = 10_000;

/** Builds the collector out of its parts and opens its door. */
export async function startCollector(parts: CollectorParts): Promise<StartedCollector> {
  const { settings, clock, log } = parts;
  const limiter = createLogLimiter({ clock, intervalMillis: LOG_INTERVAL_MILLIS });
  const registry = createMetrics({ prefix: 'emberscope_collector', withProcessMetrics: true });
  const metrics = createCollectorMetrics(registry);
  const health = createHealth();
  const listening = health.add('listener');

  const workerData: PrepareWorkerData = {
    labels: {
      external: settings.externalLabels,
      conflictWinner: settings.conflictWinner,
      rules: settings.relabelRules,
    },
    messageMaxBytes: settings.bodyMaxBytes,
  };
  const pool = createWorkerPool<PrepareJobs>({
    workerUrl: new URL('./receive/prepare/worker.js', import.meta.url),
    workerCount: settings.threads,
    queueLimit: settings.maxRequests,
    workerData,
    // A body in JSON can become many times its size: its thread ends then, and not the collector.
    resourceLimits: { maxOldGenerationSizeMb: THREAD_MAX_MIB },
    clock,
    onWorkerDied: (death) => log.error({ death }, 'a thread died'),
  });
  const prepare = createPrepare({
    pool,
    onFailed: (what) => log.error({ what }, 'a body could not be prepared'),
  });
  const upstream = createUpstream({
    url: settings.endpointUrl,
    timeoutMillis: settings.deliverTimeoutMillis,
    maxConnections: settings.deliverConnections,
    clock,
  });
  const admission = createAdmission({
    maxRequests: settings.maxRequests,
    maxBytes: settings.inFlightMaxBytes,
  });
  const bodyLimits = {
    maxBytes: settings.bodyMaxBytes,
    limitMillis: settings.bodyTimeoutMillis,
    clock,
  };
  const passage = createPassage({
    admission,
    bodyLimits,
    prepare,
    deliver: (delivery) => deliver(upstream, delivery),
    observe: {
      ...metrics,
      ended(door, outcome) {
        metrics.ended(door, outcome);
        logFailure(door, outcome);
      },
      broke: (error) => log.error({ err: error }, 'a request failed'),
    },
  });

  function logFailure(door: string, outcome: Outcome): void {
    if (outcome.kind !== 'failed') return;
    const { kind, message, reason } = outcome.failure;
    limiter.run(`${door} ${kind}`, (suppressed) =>
      log.warn({ door, kind, reason, detail: message, suppressed }, 'not acknowledged'),
    );
  }

  const push = createPushHandler(passage);
  const ingest: HttpHandler = (request, response) => answerIngest(passage, request, response);
  const plain = createPlainRoutes([
    { method: 'POST', path: '/ingest', handle: ingest },
    { method: 'POST', path: '/pyroscope/ingest', handle: ingest },
    { method: 'GET', path: '/ready', handle: (_, response) => health.answer(response) },
    { method: 'GET', path: '/metrics', handle: registry.handle },
  ]);
  const door = createFrontDoor({
    handler(request, response) {
      request.url = withoutDoubleSlashes(request.url ?? '/');
      const [path] = request.url.split('?', 1);
      return path === PUSH_PATH ? push(request, response) : plain(request, response);
    },
    limits: { requestMillis: settings.bodyTimeoutMillis + ANSWER_MILLIS },
    observe(event) {
      if (event.kind === 'handler-failed') log.error({ err: event.error }, 'a handler failed');
      else if (event.kind === 'accept-failed') log.error({ err: event.error }, 'accept failed');
      else log.debug(event, 'front door');
    },
  });
  await warmUp(prepare, settings.threads);
  let turnClock: TurnClock | undefined;
  async function stop(): Promise<void> {
    listening.set('stopping');
    const { cutRequests } = await door.close(settings.stopTimeoutMillis);
    if (cutRequests > 0) log.warn({ cutRequests }, 'stopped before these requests had ended');
    upstream.close();
    await pool.close(0);
    turnClock?.stop();
  }

  const opened = await door.listen(settings.listen, 'listen');
  if (!opened.ok) {
    await stop();
    return opened;
  }
  listening.set('running');
  // Only now: what loading code takes keeps nobody waiting.
  turnClock = startTurnClock({
    thresholdMillis: LONG_TURN_MILLIS,
    onLongTurn(turn) {
      metrics.longTurn(turn);
      limiter.run(`turn ${turn.isStarved}`, (suppressed) =>
        log.warn({ ...turn, suppressed }, 'a long turn'),
      );
    },
  });
  metrics.watch({
    admission,
    openConnections: door.openConnections,
    queuedJobs: () => pool.stats().queued,
    takeLongestTurnMillis: turnClock.takeLongestMillis,
  });
  return { ok: true, collector: { address: opened.address, stop } };
}

const THREAD_MAX_MIB = 1024;
/** Beyond the time for a body: for our own 408 to be what the agent hears, not a cut connection. */
const ANSWER_MILLIS = 5000;

/** Ready means that the threads are: the first agent does not wait for them to load their code. */
async function warmUp(prepare: Prepare, threads: number): Promise<void> {
  const job = () => ({
    framing: 'bare' as const,
    isJson: false,
    isGzipped: false,
    body: new Uint8Array(),
  });
  await Promise.all(Array.from({ length: threads }, () => prepare.push(job())));
}

/** An agent whose address ends in a slash sends to `//ingest`. */
function withoutDoubleSlashes(url: string): string {
  const mark = url.indexOf('?');
  const path = mark === -1 ? url : url.slice(0, mark);
  return path.replaceAll(/\/{2,}/g, '/') + url.slice(path.length);
}
