import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { checkMetricName, type MetricKind } from './metric-name.ts';
import { createMetrics } from './metrics.ts';

const linesOf = async (metrics: { exposition(): Promise<string> }) =>
  (await metrics.exposition()).split('\n').filter((line) => line !== '' && !line.startsWith('#'));

test('counters, gauges and histograms are exposed with their help', async () => {
  const metrics = createMetrics({ prefix: 'emberscope_test' });
  const pushes = metrics.counter({ name: 'pushes_total', help: 'Pushes.', labels: ['code'] });
  pushes.add(1, { code: '200' });
  pushes.add(2, { code: '200' });
  pushes.add(1, { code: '"quoted"\n' });
  metrics.gauge({ name: 'series', help: 'Series.' }).set(7);
  let asked = 0;
  metrics.measuredGauge({ name: 'held_bytes', help: 'Bytes.' }, () => ++asked);
  metrics.histogram({ name: 'push_seconds', help: 'Time.', buckets: [0.01, 0.1] }).observe(0.05);

  const text = await metrics.exposition();
  assert.match(text, /# HELP emberscope_test_pushes_total Pushes\.\n# TYPE .* counter\n/);
  assert.deepEqual(
    (await linesOf(metrics)).filter((line) => !line.includes('folded')),
    [
      'emberscope_test_pushes_total{code="200"} 3',
      'emberscope_test_pushes_total{code="\\"quoted\\"\\n"} 1',
      'emberscope_test_series 7',
      'emberscope_test_held_bytes 2',
      'emberscope_test_push_seconds_bucket{le="0.01"} 0',
      'emberscope_test_push_seconds_bucket{le="0.1"} 1',
      'emberscope_test_push_seconds_bucket{le="+Inf"} 1',
      'emberscope_test_push_seconds_sum 0.05',
      'emberscope_test_push_seconds_count 1',
    ],
  );
});

test('label values without end count as other', async () => {
  const metrics = createMetrics({ prefix: 'p' });
  const seen = metrics.counter({ name: 'seen_total', help: 'x', labels: ['who'], maxSeries: 3 });
  for (let i = 0; i < 100; i++) seen.add(1, { who: `client ${i % 50}` });
  assert.deepEqual(await linesOf(metrics), [
    'p_metric_labels_folded_total 94',
    'p_seen_total{who="client 0"} 2',
    'p_seen_total{who="client 1"} 2',
    'p_seen_total{who="client 2"} 2',
    'p_seen_total{who="other"} 94',
  ]);
});

test('two registries do not share', async () => {
  const [a, b] = [createMetrics({ prefix: 'p' }), createMetrics({ prefix: 'p' })];
  a.counter({ name: 'x_total', help: 'x' }).add(1);
  assert.ok(!(await b.exposition()).includes('p_x_total'));
});

test('a name twice is a mistake', () => {
  const metrics = createMetrics({ prefix: 'p' });
  metrics.gauge({ name: 'x', help: 'x' });
  assert.throws(() => metrics.gauge({ name: 'x', help: 'x' }), /already been registered/);
});

test('the process is measured when asked for', async () => {
  const text = await createMetrics({ prefix: 'p', withProcessMetrics: true }).exposition();
  assert.match(text, /^process_cpu_seconds_total /m);
  assert.match(text, /^nodejs_eventloop_lag_p99_seconds /m);
});

describe('names keep to the conventions', () => {
  const cases: readonly [kind: MetricKind, name: string, reason: RegExp | undefined][] = [
    ['counter', 'p_pushes_total', undefined],
    ['counter', 'p_received_bytes_total', undefined],
    ['gauge', 'p_series', undefined],
    ['histogram', 'p_query_seconds', undefined],
    ['counter', 'p_pushes', /end in _total/],
    ['gauge', 'p_series_total', /end in _total/],
    ['gauge', 'p_age_ms', /seconds, not ms/],
    ['counter', 'p_busy_milliseconds_total', /seconds, not milliseconds/],
    ['gauge', 'p_full_percent', /ratio, not percent/],
    ['histogram', 'p_query', /ends in its unit/],
    ['gauge', 'pushCount', /snake case/],
    ['gauge', 'p__x', /snake case/],
  ];
  for (const [kind, name, reason] of cases) {
    test(`${kind} ${name}`, () => {
      if (reason === undefined) checkMetricName(kind, name);
      else assert.throws(() => checkMetricName(kind, name), reason);
    });
  }
});
