import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { renderedTimeline } from './rendered-timeline.ts';

const STEP = 15_000;

/** Points as edge in seconds → value, from `start` to `end` in seconds. */
function samples(
  points: readonly (readonly [edge: number, value: number])[],
  start: number,
  end: number,
) {
  const series = {
    length: points.length,
    edgeMillis: Float64Array.from(points, ([edge]) => edge * 1000),
    value: Float64Array.from(points, ([, value]) => value),
  };
  const timeline = renderedTimeline(series, start * 1000, end * 1000, STEP);
  assert.equal(timeline.stepSeconds, 15);
  return [timeline.startSeconds, ...[...timeline.samples].map(Number)];
}

describe('a timeline', () => {
  test('has a value for every step, 0 where there is no point', () => {
    assert.deepEqual(
      samples(
        [
          [315, 5],
          [345, 6],
        ],
        300,
        360,
      ),
      [300, 0, 5, 0, 6],
    );
  });

  test('begins and ends at whole steps before its range', () => {
    assert.deepEqual(
      samples(
        [
          [307, 5],
          [322, 13],
        ],
        307,
        367,
      ),
      [300, 5, 13, 0, 0],
    );
  });

  test('leaves out what lies at its end and behind', () => {
    assert.deepEqual(
      samples(
        [
          [285, 1],
          [300, 2],
          [330, 3],
          [345, 4],
        ],
        300,
        330,
      ),
      [300, 2, 0],
    );
  });

  test('of a point in time has no values', () => {
    assert.deepEqual(samples([[300, 2]], 300, 300), [300]);
    assert.deepEqual(samples([[300, 2]], 300, 200), [300]);
  });

  test('of nothing is zeros', () => {
    const { samples } = renderedTimeline(undefined, 300_000, 330_000, STEP);
    assert.deepEqual([...samples], [0n, 0n]);
  });
});
