import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { unixNanos } from '@emberscope/units';
import { denseSeriesOf } from './dense-series.ts';
import { wholeParts } from './narrow-parts.ts';
import { answer, type QueryGuard } from './query-guard.ts';
import { type DrawnRow, drawnTable } from './testing/drawn-table.ts';
import { bucketNumbers } from './time-buckets.ts';

const FREE: QueryGuard = { check: () => {}, spend: () => {} };

function row(service: string, millis: number, value: number, profileCount = 1): DrawnRow {
  return { service, millis, samples: `main ${value}`, profileCount, durationNanos: 0 };
}

function partsOf(rows: readonly DrawnRow[]) {
  return wholeParts([{ table: drawnTable(rows), type: 0, rows: Int32Array.from(rows.keys()) }]);
}

/** Buckets that end at 1 s, 2 s, … and at `lastSecond` for the last. */
function secondsTo(lastSecond: number) {
  const endNanos = unixNanos(BigInt(lastSecond) * 1_000_000_000n + 500_000_000n);
  return bucketNumbers({
    range: { startNanos: unixNanos(0n), endNanos },
    firstEdgeNanos: unixNanos(1_000_000_000n),
    stepMillis: 1000,
  });
}

function plain(groups: ReturnType<typeof denseSeriesOf>) {
  return groups?.map(({ labels, hasValue, length, bucket, profileCount, value }) => ({
    group: labels.map((label) => label.value).join(),
    hasValue,
    cells: Array.from({ length }, (_, i) => [bucket[i], value[i], profileCount[i]]),
  }));
}

describe('sums of groups in a cell for each bucket', () => {
  const rows = [
    row('b', 500, 3),
    row('a', 1500, 5, 4),
    row('b', 2500, 7),
    row('a', 1600, 2),
    row('b', 700, 4),
  ];

  test('hold the values and the profiles of each group in its own cells', () => {
    assert.deepEqual(plain(denseSeriesOf(partsOf(rows), secondsTo(3), ['service_name'], FREE)), [
      { group: 'a', hasValue: true, cells: [[1, 7, 5]] },
      {
        group: 'b',
        hasValue: true,
        cells: [
          [0, 7, 2],
          [2, 7, 1],
        ],
      },
    ]);
  });

  test('leave out what lies behind the last edge, and groups that have nothing else', () => {
    const found = denseSeriesOf(partsOf(rows), secondsTo(1), ['service_name'], FREE);
    assert.deepEqual(plain(found), [{ group: 'b', hasValue: true, cells: [[0, 7, 2]] }]);
  });

  test('say of a group whether any profile of it has a value', () => {
    const idle = [row('idle', 500, 0), row('idle', 600, 0), row('b', 500, 1)];
    assert.deepEqual(plain(denseSeriesOf(partsOf(idle), secondsTo(1), ['service_name'], FREE)), [
      { group: 'b', hasValue: true, cells: [[0, 1, 1]] },
      { group: 'idle', hasValue: false, cells: [[0, 0, 2]] },
    ]);
  });

  test('add up parts, and are one group where nothing tells them apart', () => {
    const parts = [...partsOf(rows), ...partsOf([row('c', 2100, 10)])];
    assert.deepEqual(plain(denseSeriesOf(parts, secondsTo(3), [], FREE)), [
      {
        group: '',
        hasValue: true,
        cells: [
          [0, 7, 2],
          [1, 7, 5],
          [2, 17, 2],
        ],
      },
    ]);
  });

  test('are not made where most cells would be empty, or doubles are not exact', () => {
    // 64 * 1024 cells are free: a bucket more of two groups is too many.
    const most = 32 * 1024;
    const two = partsOf([row('a', 500, 1), row('b', 500, 1)]);
    assert.equal(denseSeriesOf(two, secondsTo(most), ['service_name'], FREE)?.length, 2);
    assert.equal(denseSeriesOf(two, secondsTo(most + 1), ['service_name'], FREE), undefined);
    const wide = two.map((part) => ({ ...part, totals: BigInt64Array.of(2n ** 60n, 1n) }));
    assert.equal(denseSeriesOf(wide, secondsTo(1), ['service_name'], FREE), undefined);
  });

  test('end when the query does, however many rows there are', () => {
    // Each row is looked at for its series and for its cell: together more than goes unchecked.
    const signal = { aborted: false };
    const parts = partsOf(Array.from({ length: 4500 }, (_, i) => row('a', i, 1)));
    const answered = answer({ signal: signal as AbortSignal }, Date.now, (guard) => {
      signal.aborted = true;
      return denseSeriesOf(parts, secondsTo(1), [], guard);
    });
    assert.equal(answered.ok, false);
  });
});
