import {
  collectDefaultMetrics,
  Counter as PromCounter,
  Gauge as PromGauge,
  Histogram as PromHistogram,
  Registry,
} from 'prom-client';
import { answerText, type HttpHandler } from '../http/http-handler.ts';
import { createLabelGuard, type LabelGuard, type LabelValues } from './label-guard.ts';
import { checkMetricName, type MetricKind } from './metric-name.ts';

export type MetricSpec<Label extends string> = {
  /** Without the prefix, with its unit at the end: `push_body_bytes`, `pushes_total`. */
  readonly name: string;
  /** One sentence for who reads the exposition. */
  readonly help: string;
  readonly labels?: readonly Label[];
  /** How many combinations of label values there may be; default 200. More count as `other`. */
  readonly maxSeries?: number;
};

export type Counter<Label extends string> = {
  add(amount: number, labels?: LabelValues<Label>): void;
};

export type Gauge<Label extends string> = {
  set(value: number, labels?: LabelValues<Label>): void;
};

export type Histogram<Label extends string> = {
  observe(value: number, labels?: LabelValues<Label>): void;
};

export type Metrics = {
  counter<Label extends string = never>(spec: MetricSpec<Label>): Counter<Label>;
  gauge<Label extends string = never>(spec: MetricSpec<Label>): Gauge<Label>;
  /** A gauge that is asked for its value at each scrape. */
  measuredGauge(spec: Omit<MetricSpec<never>, 'labels'>, measure: () => number): void;
  /** `buckets`: upper bounds, in the unit of the name, ascending. */
  histogram<Label extends string = never>(
    spec: MetricSpec<Label> & { readonly buckets: readonly number[] },
  ): Histogram<Label>;
  /** All of it in Prometheus's text format, version 0.0.4. */
  exposition(): Promise<string>;
  /** Answers `GET /metrics`. */
  readonly handle: HttpHandler;
};

export type MetricsOptions = {
  /** Before every name, with an underscore behind it: `emberscope_server`. */
  readonly prefix: string;
  /** Also the process's own: CPU, memory, file descriptors, event loop, garbage collection. */
  readonly withProcessMetrics?: boolean;
};

/**
 * How often the event loop's lag is sampled. At prom-client's 10 ms a service that has nothing to do
 * wakes a hundred times a second, which took 2 % of a core. Every turn is measured by the turn clock.
 */
const LOOP_SAMPLE_MILLIS = 100;

/**
 * The metrics of one service. Names are checked when they are made: counters end in `_total`, units
 * are base units (`_seconds`, `_bytes`, `_ratio`). Label values that come from outside cannot make
 * series without end: a metric past its limit counts the rest under `other`.
 */
export function createMetrics({ prefix, withProcessMetrics = false }: MetricsOptions): Metrics {
  const registry = new Registry();
  if (withProcessMetrics) {
    collectDefaultMetrics({
      register: registry,
      eventLoopMonitoringPrecision: LOOP_SAMPLE_MILLIS,
    });
  }
  const folded = new PromCounter({
    name: `${prefix}_metric_labels_folded_total`,
    help: 'Observations counted under "other" because a metric had as many series as it may.',
    registers: [registry],
  });

  function parts<Label extends string>(kind: MetricKind, spec: MetricSpec<Label>) {
    const { help, labels = [], maxSeries = DEFAULT_MAX_SERIES } = spec;
    const name = `${prefix}_${spec.name}`;
    checkMetricName(kind, name);
    const guard: LabelGuard<Label> = createLabelGuard(labels, maxSeries, () => folded.inc());
    const labelNames: readonly string[] = labels;
    return { guard, config: { name, help, labelNames, registers: [registry] } };
  }

  return {
    counter(spec) {
      const { guard, config } = parts('counter', spec);
      const counter = new PromCounter(config);
      return { add: (amount, labels) => counter.inc(guard(labels), amount) };
    },
    gauge(spec) {
      const { guard, config } = parts('gauge', spec);
      const gauge = new PromGauge(config);
      return { set: (value, labels) => gauge.set(guard(labels), value) };
    },
    measuredGauge(spec, measure) {
      const { config } = parts('gauge', spec);
      new PromGauge({
        ...config,
        collect() {
          this.set(measure());
        },
      });
    },
    histogram(spec) {
      const { guard, config } = parts('histogram', spec);
      const histogram = new PromHistogram({ ...config, buckets: [...spec.buckets] });
      return { observe: (value, labels) => histogram.observe(guard(labels), value) };
    },
    exposition: () => registry.metrics(),
    async handle(_request, response) {
      // Names here need no escaping; scrapers that know of it are told so.
      const type = `${registry.contentType}; escaping=underscores`;
      answerText(response, 200, await registry.metrics(), type);
    },
  };
}

/** A scrape costs some 50 µs a series of a histogram; see the README. */
const DEFAULT_MAX_SERIES = 200;
