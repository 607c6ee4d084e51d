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

test('a profile whose labels make more series than it may have samples is refused', () => {
  const now = Date.now();
  const prepared = prepareSeries(labels, withSeries(16_001), undefined, limits, now);
  assert.ok(!prepared.ok);
  assert.equal(prepared.refusal.cause, 'series_limit');
  assert.match(prepared.refusal.reason, /make more than 16000 series of the profile$/);
  // The empty set of labels is in each profile, and no series where no sample has it.
  const most = prepareSeries(labels, withSeries(16_000), undefined, limits, now);
  assert.equal(most.ok && most.series.length, 16_000);
});

test('a request becomes 20,000 series', () => {
  const count = new SeriesCount();
  assert.equal(count.add(16_000), undefined);
  assert.equal(count.add(4_000), undefined);
  assert.equal(count.add(1)?.reason, 'more than 20000 series in one request');
});

test('behind three profiles of too many series none is taken apart, and those without labels are read', () => {
  const count = new SeriesCount();
  const one = (text: string) =>
    prepareSeries(labels, profileNow(text), undefined, limits, Date.now(), count);
  for (let i = 0; i < 3; i++) {
    assert.ok(one('main 1 {route="/"}').ok);
    count.add(undefined);
  }
  const labelled = one('main 1 {route="/"}');
  assert.match(labelled.ok ? '' : labelled.refusal.reason, /^profiles before this one had labels/);
  assert.ok(one('main 1').ok);
});
