import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ingestLimits } from '../settings.ts';
import { profileNow } from '../testing/drawn-pprof.ts';
import { settingsOf } from '../testing/running-server.ts';
import { prepareSeries } from './prepare-series.ts';
import { SeriesCount } from './series-count.ts';

const limits = ingestLimits(settingsOf({}));
const labels = [
  { name: '__name__', value: 'wall' },
  { name: 'service_name', value: 'shop' },
];
const withSeries = (count: number) =>
  profileNow(Array.from({ length: count }, (_, i) => `main 1 {route="/${i}"}`).join('\n'));
const MOST = withSeries(5_000);
const MORE = withSeries(5_001);
const ONE = profileNow('main 1');

function reasonOf(profile: typeof ONE, count: SeriesCount): string | undefined {
  const prepared = prepareSeries(labels, profile, undefined, limits, Date.now(), count);
  if (prepared.ok) return undefined;
  assert.equal(prepared.refusal.cause, 'series_limit');
  return prepared.refusal.reason;
}

test('a profile whose labels make 5,000 series is taken, and twice; not a third time', () => {
  const count = new SeriesCount();
  assert.equal(reasonOf(MOST, count), undefined);
  assert.equal(reasonOf(MOST, count), undefined);
  assert.equal(reasonOf(ONE, count), 'more than 10000 series in one request');
});

test('one that becomes more is refused, and good ones behind it are taken', () => {
  const count = new SeriesCount();
  for (let i = 0; i < 10; i++) {
    assert.match(reasonOf(MORE, count) ?? '', /make more than 5000 series of the profile$/);
    assert.equal(reasonOf(ONE, count), undefined);
  }
  // No longer taken apart.
  assert.match(reasonOf(MORE, count) ?? '', /^profiles before this one had labels of too many/);
  assert.equal(reasonOf(ONE, count), undefined);
});
