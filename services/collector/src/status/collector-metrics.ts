import type { Metrics, Turn } from '@emberscope/node-kit';
import type { Admission } from '../receive/admission.ts';
import type { Outcome, PassageObserver } from '../receive/passage.ts';

export type CollectorMetrics = Omit<PassageObserver, 'broke'> & {
  /** Gauges that are asked for at each scrape. */
  watch(sources: GaugeSources): void;
  longTurn(turn: Turn): void;
};

export type GaugeSources = {
  readonly admission: Admission;
  readonly openConnections: () => number;
  readonly queuedJobs: () => number;
  readonly takeLongestTurnMillis: () => number;
};

/**
 * What the collector says of itself. Every request ends in exactly one of delivered, dropped and
 * failed: `received = delivered + dropped + failed + in flight`.
 */
export function createCollectorMetrics(metrics: Metrics): CollectorMetrics {
  const received = metrics.counter({
    name: 'requests_received_total',
    help: 'Requests that agents began.',
    labels: ['door'],
  });
  const receivedBytes = metrics.counter({
    name: 'received_bytes_total',
    help: 'Bytes of bodies that came in whole.',
    labels: ['door'],
  });
  const delivered = metrics.counter({
    name: 'requests_delivered_total',
    help: 'Requests that the server has acknowledged.',
    labels: ['door'],
  });
  const dropped = metrics.counter({
    name: 'requests_dropped_total',
    help: 'Requests that were fine and of which nothing was sent on, by reason.',
    labels: ['door', 'reason'],
  });
  const failed = metrics.counter({
    name: 'requests_failed_total',
    help: 'Requests that were not acknowledged, by reason.',
    labels: ['door', 'reason'],
  });
  const deliveredBytes = metrics.counter({
    name: 'delivered_bytes_total',
    help: 'Bytes of bodies that the server has acknowledged.',
    labels: ['path'],
  });
  const seconds = metrics.histogram({
    name: 'delivery_seconds',
    help: 'From the first byte sent to the answer of the server.',
    labels: ['path'],
    buckets: [0.005, 0.02, 0.1, 0.5, 1, 2, 5, 10],
  });
  const longTurns = metrics.counter({
    name: 'long_turns_total',
    help: 'Turns of the main event loop past 40 ms; starved: the machine had no core for it.',
    labels: ['starved'],
  });

  return {
    began: (door) => received.add(1, { door }),
    received: (door, bytes) => receivedBytes.add(bytes, { door }),
    delivered(delivery, millis, result) {
      seconds.observe(millis / 1000, { path: delivery.kind });
      if (result.ok) deliveredBytes.add(delivery.body.length, { path: delivery.kind });
    },
    ended(door, outcome) {
      const reason = reasonOf(outcome);
      if (outcome.kind === 'delivered') delivered.add(1, { door });
      else if (outcome.kind === 'nothing') dropped.add(1, { door, reason });
      else failed.add(1, { door, reason });
    },
    longTurn: ({ isStarved }) => longTurns.add(1, { starved: String(isStarved) }),
    watch({ admission, openConnections, queuedJobs, takeLongestTurnMillis }) {
      const gauge = (name: string, help: string, measure: () => number) =>
        metrics.measuredGauge({ name, help }, measure);
      gauge('requests_in_flight', 'Requests under way.', admission.requests);
      gauge('in_flight_bytes', 'Bytes of bodies held.', admission.bytes);
      gauge('connections_open', 'Connections of agents.', openConnections);
      gauge('bodies_waiting', 'Bodies that wait for a thread.', queuedJobs);
      gauge(
        'longest_turn_seconds',
        'The longest turn of the main event loop since the last scrape, starved ones left out.',
        () => takeLongestTurnMillis() / 1000,
      );
    },
  };
}

function reasonOf(outcome: Outcome): string {
  switch (outcome.kind) {
    case 'delivered':
      return '';
    case 'nothing':
      return outcome.why;
    case 'failed':
      return outcome.failure.kind;
    case 'gone':
      return 'gone';
    default:
      return outcome satisfies never;
  }
}
