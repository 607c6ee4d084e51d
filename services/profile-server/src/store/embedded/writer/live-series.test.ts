import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { type Matcher, matcher } from '@emberscope/labels';
import { kindOfTypes } from '../../parts/profile-kind.ts';
import { createLiveSeries } from './live-series.ts';
import { labelsOf } from './testing/writer-profiles.ts';

const KIND = kindOfTypes({
  sampleTypes: [
    { type: 'samples', unit: 'count' },
    { type: 'cpu', unit: 'nanoseconds' },
  ],
  periodType: undefined,
});
const A = { tenant: 't', labels: labelsOf('a'), kind: KIND, day: 10 };

describe('live series', () => {
  test('are counted by label set, as long as a day of theirs is there', () => {
    const series = createLiveSeries();
    series.add(A, 2);
    series.add({ ...A, day: 11 }, 1);
    series.add({ ...A, labels: labelsOf('b') }, 1);
    assert.deepEqual([series.seriesCount(), series.profileCount()], [2, 4]);
    assert.equal(series.of('t')?.hasLabels(labelsOf('b')), true);
    series.dropDaysUpTo(10);
    assert.deepEqual([series.seriesCount(), series.profileCount()], [1, 1]);
    assert.equal(series.of('t')?.hasLabels(labelsOf('b')), false);
  });

  test('go when what was counted is taken back', () => {
    const series = createLiveSeries();
    series.add(A, 1);
    series.add(A, 1);
    series.subtract(A, 1);
    assert.deepEqual([series.seriesCount(), series.profileCount()], [1, 1]);
    series.subtract(A, 1);
    series.subtract(A, 1);
    assert.deepEqual([series.seriesCount(), series.profileCount()], [0, 0]);
  });

  test('lose the days that a deletion covers', () => {
    const series = createLiveSeries();
    series.add(A, 1);
    series.add({ ...A, day: 11 }, 1);
    series.dropMatching(['t'], [], 11, 20);
    assert.deepEqual([series.seriesCount(), series.profileCount()], [1, 1]);
    series.dropMatching(['other'], [], 0, 20);
    assert.equal(series.seriesCount(), 1);
    series.dropMatching(['t'], [equals('service_name', 'a')], 0, 20);
    assert.deepEqual([series.seriesCount(), series.profileCount()], [0, 0]);
  });

  test('are there until each of their types was deleted, and again with the next profile', () => {
    const series = createLiveSeries();
    series.add(A, 1);
    series.dropMatching(['t'], [equals('__type__', 'cpu')], 0, 20);
    assert.equal(series.profileCount(), 1);
    series.add(A, 1);
    series.dropMatching(['t'], [equals('__type__', 'samples')], 0, 20);
    assert.equal(series.profileCount(), 2);
    series.dropMatching(['t'], [equals('__type__', 'cpu')], 0, 20);
    assert.equal(series.seriesCount(), 0);
  });
});

function equals(name: string, value: string): Matcher {
  const built = matcher('=', name, value);
  assert.ok(built.ok);
  return built.matcher;
}
