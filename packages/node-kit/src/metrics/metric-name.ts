export type MetricKind = 'counter' | 'gauge' | 'histogram';

/**
 * Holds names to Prometheus's conventions (prometheus.io, "Metric and label naming"): snake case, a
 * counter ends in `_total` and nothing else does, units are base units and stand at the end. A name
 * that breaks them is a mistake of ours and throws.
 */
export function checkMetricName(kind: MetricKind, name: string): void {
  if (!/^[a-z][a-z0-9]*(_[a-z0-9]+)*$/.test(name)) {
    throw new Error(`metric ${name}: not in snake case`);
  }
  if (name.endsWith('_total') !== (kind === 'counter')) {
    throw new Error(`metric ${name}: counters, and only they, end in _total`);
  }
  const unit =
    name
      .replace(/_total$/, '')
      .split('_')
      .at(-1) ?? '';
  const base = BASE_UNITS.get(unit);
  if (base !== undefined) throw new Error(`metric ${name}: ${base}, not ${unit}`);
  if (kind === 'histogram' && !HISTOGRAM_UNITS.has(unit)) {
    throw new Error(`metric ${name}: a histogram ends in its unit`);
  }
}

/** What people write, and the unit that Prometheus wants instead. */
const BASE_UNITS: ReadonlyMap<string, string> = new Map([
  ...['ms', 'millis', 'milliseconds', 'us', 'micros', 'ns', 'nanos', 'nanoseconds', 'minutes'].map(
    (unit) => [unit, 'seconds'] as const,
  ),
  ...['kb', 'mb', 'kib', 'mib', 'kilobytes', 'megabytes'].map((unit) => [unit, 'bytes'] as const),
  ...['percent', 'pct'].map((unit) => [unit, 'ratio'] as const),
]);

const HISTOGRAM_UNITS: ReadonlySet<string> = new Set([
  'seconds',
  'bytes',
  'ratio',
  'samples',
  'profiles',
  'series',
  'nodes',
]);
