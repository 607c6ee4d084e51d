import type { Metrics, TurnClock } from '@emberscope/node-kit';
import type { Admission } from './http/admission.ts';
import type { DiscardCause } from './ingest/refusal.ts';
import type { QueryAnswer, QueryCall } from './query/query-call.ts';
import type { WriterStats } from './store/embedded/writer/writer-stats.ts';
import { createStoreMetrics } from './store-metrics.ts';

/** What the server counts, by the words of those who call. */
export type ServerMetrics = {
  stored(profiles: number, bytes: number): void;
  discarded(cause: DiscardCause, bytes: number): void;
  queried(call: QueryCall, answer: QueryAnswer, seconds: number): void;
  cut(reason: string): void;
  longTurn(isStarved: boolean): void;
  threadDied(which: 'writer' | 'query' | 'ingest'): void;
  store(stats: WriterStats): void;
  ready(seconds: number): void;
  measureQueries(waiting: () => number): void;
  measureAdmission(admission: Admission): void;
  measureTurns(turns: TurnClock): void;
};

const QUERY_SECONDS = [0.005, 0.025, 0.1, 0.5, 2, 10];

export function createServerMetrics(metrics: Metrics): ServerMetrics {
  const profiles = metrics.counter({
    name: 'profiles_stored_total',
    help: 'Profiles that were stored, by sets of labels.',
  });
  const profileBytes = metrics.counter({
    name: 'profiles_stored_bytes_total',
    help: 'Bytes of profiles that were stored, inflated.',
  });
  const discarded = metrics.counter<'cause'>({
    name: 'profiles_discarded_total',
    help: 'Profiles that were refused, by cause.',
    labels: ['cause'],
  });
  const discardedBytes = metrics.counter<'cause'>({
    name: 'profiles_discarded_bytes_total',
    help: 'Bytes of profiles that were refused, by cause.',
    labels: ['cause'],
  });
  const querySeconds = metrics.histogram<'method'>({
    name: 'query_duration_seconds',
    help: 'Time from a query to its answer, by method.',
    labels: ['method'],
    buckets: QUERY_SECONDS,
  });
  const queries = metrics.counter<'method' | 'code'>({
    name: 'queries_total',
    help: 'Queries that were answered, by method and code.',
    labels: ['method', 'code'],
  });
  const damaged = metrics.counter({
    name: 'damaged_queries_total',
    help: 'Queries without an answer for damage on the disk.',
  });
  const cuts = metrics.counter<'reason'>({
    name: 'connections_cut_total',
    help: 'Connections and requests that the server ended, by reason.',
    labels: ['reason'],
  });
  const longTurns = metrics.counter<'starved'>({
    name: 'long_turns_total',
    help: 'Turns of the event loop over 40 ms; starved ones had no core.',
    labels: ['starved'],
  });
  const deaths = metrics.counter<'thread'>({
    name: 'threads_died_total',
    help: 'Threads that ended by themselves and were replaced.',
    labels: ['thread'],
  });
  const storeMetrics = createStoreMetrics(metrics);
  const ready = metrics.gauge({
    name: 'ready_seconds',
    help: 'From the start of the process to taking requests.',
  });

  return {
    stored(count, bytes) {
      profiles.add(count);
      profileBytes.add(bytes);
    },
    discarded(cause, bytes) {
      discarded.add(1, { cause });
      discardedBytes.add(bytes, { cause });
    },
    queried({ method }, answer, seconds) {
      const name = method.slice(method.lastIndexOf('/') + 1);
      querySeconds.observe(seconds, { method: name });
      queries.add(1, { method: name, code: answer.ok ? 'ok' : answer.code });
      if (!answer.ok && answer.isDamage) damaged.add(1);
    },
    cut: (reason) => cuts.add(1, { reason }),
    longTurn: (isStarved) => longTurns.add(1, { starved: `${isStarved}` }),
    threadDied: (thread) => deaths.add(1, { thread }),
    store: storeMetrics.set,
    ready: (seconds) => ready.set(seconds),
    measureQueries(waiting) {
      metrics.measuredGauge(
        { name: 'query_queue', help: 'Queries that wait for a thread.' },
        waiting,
      );
    },
    measureAdmission({ bytesInFlight, pushesInFlight }) {
      metrics.measuredGauge(
        { name: 'pushes_in_flight', help: 'Pushes on their way to the store.' },
        pushesInFlight,
      );
      metrics.measuredGauge(
        { name: 'pushes_in_flight_bytes', help: 'Bytes of pushes on their way to the store.' },
        bytesInFlight,
      );
    },
    measureTurns(turns) {
      metrics.measuredGauge(
        {
          name: 'longest_turn_seconds',
          help: 'Longest turn of the event loop since the last scrape, starved ones left out.',
        },
        () => turns.takeLongestMillis() / 1000,
      );
    },
  };
}
