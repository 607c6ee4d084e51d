import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formatLabelSet } from '@emberscope/labels';
import { sumInt64, textFromProfile } from '@emberscope/profile';
import { unixNanos } from '@emberscope/units';
import { ingestLimits } from '../settings.ts';
import { pushId } from '../store/ids.ts';
import { profileNow } from '../testing/drawn-pprof.ts';
import { settingsOf } from '../testing/running-server.ts';
import { prepareSeries } from './prepare-series.ts';

const limits = ingestLimits(settingsOf({}));
const base = [
  { name: '__name__', value: 'wall' },
  { name: 'service_name', value: 'shop' },
];

function prepared(text: string, labels = base, id?: string, changed = {}) {
  const result = prepareSeries(
    labels,
    profileNow(text, changed),
    id === undefined ? undefined : pushId(id),
    limits,
    Date.now(),
  );
  if (!result.ok) throw new Error(result.refusal.reason);
  return result.series;
}

test('samples are split by their labels, and spans stay with the samples', () => {
  const series = prepared(`
    main;a 1 {route="/hits"}
    main;b 2 {route="/hits", span_id="0123456789abcdef"}
    main;c 4
    main;d 8 {profile_id="fedcba9876543210"}`);
  const bySet = new Map(series.map((each) => [formatLabelSet(each.labels), each.profiles[0]]));
  assert.deepEqual(
    [...bySet.keys()].sort(),
    [
      '{__name__="wall", route="/hits", service_name="shop"}',
      '{__name__="wall", service_name="shop"}',
    ].sort(),
  );
  const hits = bySet.get('{__name__="wall", route="/hits", service_name="shop"}');
  assert.ok(hits);
  assert.match(textFromProfile(hits.profile).join('\n'), /main;b 2 \{span_id="0123456789abcdef"\}/);
  const rest = bySet.get('{__name__="wall", service_name="shop"}');
  assert.ok(rest);
  assert.match(textFromProfile(rest.profile).join('\n'), /main;d 8 \{span_id="fedcba9876543210"\}/);
});

test('what the series says wins over what a sample says, and nothing is lost by it', () => {
  const labels = [...base, { name: 'region', value: 'eu' }];
  const series = prepared('a 1 {region="us"}\na 2 {region="asia"}\na 4', labels);
  assert.equal(series.length, 1);
  const values = series[0]?.profiles[0]?.profile.samples.values[0];
  assert.ok(values);
  assert.equal(sumInt64(values), 7n);
  assert.equal(
    formatLabelSet(series[0]?.labels ?? { labels: [], key: '' }),
    '{__name__="wall", region="eu", service_name="shop"}',
  );
});

test('each part of a split record has an id of its own, the same at every delivery', () => {
  const id = `emb1-${'0'.repeat(32)}`;
  const ids = () =>
    prepared('a 1 {route="/a"}\nb 2 {route="/b"}', base, id).map(
      ({ profiles }) => profiles[0]?.pushId,
    );
  const [first, second] = ids();
  assert.ok(first !== second && first !== id);
  assert.deepEqual(ids(), [first, second]);
  assert.equal(prepared('a 1', base, id)[0]?.profiles[0]?.pushId, id);
});

const renamings: readonly (readonly [string, readonly (readonly [string, string])[], string])[] = [
  [
    'names of the Go delta profiler',
    [
      ['__name__', 'godeltaprof_memory'],
      ['service_name', 's'],
    ],
    '{__name__="memory", __name_replaced__="godeltaprof_memory", service_name="s"}',
  ],
  [
    'CPU that a wall profiler took',
    [
      ['__name__', 'wall'],
      ['__type__', 'cpu'],
      ['service_name', 's'],
    ],
    '{__name__="process_cpu", __name_replaced__="wall", service_name="s"}',
  ],
  [
    'hints of clients',
    [
      ['__name__', 'wall'],
      ['__delta__', 'true'],
      ['__order__', 'x'],
      ['__session_id__', '0123456789abcdef'],
      ['service_name', 's'],
    ],
    '{__name__="wall", service_name="s"}',
  ],
  [
    'a missing service',
    [['__name__', 'wall']],
    '{__name__="wall", service_name="unknown_service"}',
  ],
];
for (const [title, labels, expected] of renamings) {
  test(`${title}: ${expected}`, () => {
    const given = labels.map(([name, value]) => ({ name, value }));
    assert.equal(
      formatLabelSet(prepared('a 1', given)[0]?.labels ?? { labels: [], key: '' }),
      expected,
    );
  });
}

test('sessions are folded to as many as the limit says, lowest byte first', () => {
  const few = { ...limits, maxSessionsPerSeries: 2 };
  const labels = [...base, { name: '__session_id__', value: '0000000000000003' }];
  const result = prepareSeries(labels, profileNow('a 1'), undefined, few, Date.now());
  assert.ok(result.ok);
  assert.match(
    formatLabelSet(result.series[0]?.labels ?? { labels: [], key: '' }),
    /__session_id__="0000000000000000"/,
  );
});

test('a profile from before the window is refused with the window in the reason', () => {
  const old = profileNow('a 1', { timeNanos: unixNanos(1_000_000_000_000_000_000n) });
  const result = prepareSeries(base, old, undefined, limits, Date.now());
  assert.ok(!result.ok);
  assert.equal(result.refusal.cause, 'not_in_ingestion_window');
  assert.match(result.refusal.reason, /profile timestamp: 2001-09-09 01:46:40\.000, the ingestion/);
  const open = { ...limits, rejectOlderThanMillis: 0 };
  assert.ok(prepareSeries(base, old, undefined, open, Date.now()).ok);
});

test('type parameters go from the names of Go, and of Go alone', () => {
  const text = 'main.(*Client[go.shape.struct { X [2]int }]).Call;f[go.shape.int] 3';
  const named = (spy: string) =>
    textFromProfile(
      prepared(text, [...base, { name: 'pyroscope_spy', value: spy }])[0]?.profiles[0]?.profile ??
        profileNow(''),
    ).join('\n');
  assert.match(named('gospy'), /main\.\(\*Client\)\.Call;f 3/);
  assert.match(named('nodespy'), /go\.shape/);
});

test('a profile that has only zeros is taken, and there is nothing to store', () => {
  assert.deepEqual(prepared('a 0\nb 0'), []);
});
