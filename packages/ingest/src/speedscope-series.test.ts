import assert from 'node:assert/strict';
import { test } from 'node:test';
import { labelValue } from '@emberscope/labels';
import { textFromProfile } from '@emberscope/profile';
import { cpuMillisOf } from '@emberscope/test-kit';
import { unixNanos } from '@emberscope/units';
import { parseIngestParams } from './ingest-params.ts';
import type { Ingested, IngestedSeries } from './ingested-series.ts';
import { speedscopeSeries } from './speedscope-series.ts';

const SCHEMA = 'https://www.speedscope.app/file-format-schema.json';
const sampled = { type: 'sampled', name: 'p', unit: 'seconds', startValue: 0, endValue: 10 };

function ingest(body: Uint8Array): Ingested {
  const query = new URLSearchParams('name=app&format=speedscope');
  const parsed = parseIngestParams(query, '', unixNanos(1n));
  assert.ok(parsed.ok);
  return speedscopeSeries(parsed.params, body);
}

function series(
  frames: readonly { readonly name: string }[],
  profiles: readonly object[],
): readonly IngestedSeries[] {
  const file = JSON.stringify({ $schema: SCHEMA, shared: { frames }, profiles });
  const ingested = ingest(new TextEncoder().encode(file));
  assert.ok(ingested.ok, ingested.ok ? '' : ingested.reason);
  return ingested.series;
}

test('profiles of one name, type, unit and start are one series', () => {
  const frames = [{ name: 'a' }, { name: 'b' }];
  const made = series(frames, [
    { ...sampled, samples: [[0, 1], []], weights: [2, 1] },
    { ...sampled, samples: [[0, 1], [1]], weights: [3, 4] },
    { ...sampled, name: 'other', samples: [[1]], weights: [1] },
  ]);
  assert.deepEqual(
    made.map(({ labels, profile }) => [
      labelValue(labels, 'profile_name'),
      textFromProfile(profile),
    ]),
    [
      ['p', ['a;b 5000000000', '1000000000', 'b 4000000000']],
      ['other', ['b 1000000000']],
    ],
  );
});

test('thousands of profiles are read at once', { timeout: 30_000 }, () => {
  const empty = { ...sampled, samples: [], weights: [] };
  const frames = Array.from({ length: 3000 }, (_, i) => ({ name: `${i}` }));
  const named = frames.map(({ name }) => ({ ...empty, name }));
  const cpuMillis = cpuMillisOf(() => {
    assert.equal(series(frames, Array(30_000).fill(empty)).length, 1);
    assert.equal(series(frames, named).length, 3000);
  });
  assert.ok(cpuMillis < 3000, `${cpuMillis} ms`);
});

test('a file of too much is refused before it is read', () => {
  const long = ingest(new Uint8Array(64 * 1024 * 1024 + 1));
  assert.ok(!long.ok);
  assert.match(long.reason, /^67108865 bytes of speedscope, limit: 67108864$/);
  const empty = { ...sampled, samples: [], weights: [] };
  const names = Array.from({ length: 5_001 }, (_, i) => ({ ...empty, name: `${i}` }));
  const file = JSON.stringify({ $schema: SCHEMA, shared: { frames: [] }, profiles: names });
  const named = ingest(new TextEncoder().encode(file));
  assert.ok(!named.ok);
  assert.match(named.reason, /^5001 profiles of different names, limit: 5000$/);
  const many = ingest(new Uint8Array(3_500_001).fill(0x2c));
  assert.ok(!many.ok);
  assert.match(many.reason, /^3500001 commas, brackets and braces of speedscope, limit: 3500000$/);
  const objects = ingest(new Uint8Array(500_001).fill(0x7b));
  assert.ok(!objects.ok);
  assert.match(objects.reason, /^500001 brackets and braces of speedscope, limit: 500000$/);
});
