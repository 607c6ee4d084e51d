import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { tableLines } from './print-table.mjs';
import { rowsOf } from './ratio-rows.mjs';
import { ratioTable, scaled } from './ratio-table.mjs';

const ROW = {
  ...{ corpus: 'typical', label: 'CPU', unit: 'ms', step: 'push', of: (push) => push.cpuMs },
  ...{ scale: 'time', judged: 'ratio', floor: 0.35, stretch: 0.2 },
};

/** Rounds as short as a test can read: calibration and figure of each. */
const rounds = (...pairs) =>
  pairs.map(([calibrationMs, cpuMs]) => ({ calibrationMs, push: { cpuMs, perSecond: cpuMs } }));

const tableOf = (row, ours, theirs) => ratioTable([{ ...ROW, ...row }], ours, theirs)[0];

describe('a figure as it would be on a machine of another speed', () => {
  for (const [scale, expected] of [
    ['time', 20],
    ['rate', 5],
    ['none', 10],
  ]) {
    test(`${scale}: 10 at calibration 50 is ${expected} at 100`, () => {
      assert.equal(scaled({ value: 10, calibrationMs: 50 }, 100, scale), expected);
    });
  }

  test('a noted figure has no calibration and stays', () => {
    assert.equal(scaled({ value: 10 }, 100, 'time'), 10);
  });

  test('an unknown scale is a mistake of the row', () => {
    assert.throws(() => scaled({ value: 1, calibrationMs: 1 }, 1, 'size'), /size/);
  });
});

describe('the table of ratios', () => {
  test('a machine half as fast may take twice the time', () => {
    const { reference, ratio, verdict } = tableOf({}, rounds([100, 4]), rounds([50, 10]));
    assert.equal(reference.median, 20);
    assert.equal(ratio.median, 0.2);
    assert.equal(verdict, 'stretch');
  });

  test('each round is scaled by its own calibration, and the spread is over all pairs', () => {
    const { ratio } = tableOf({}, rounds([50, 3], [100, 6]), rounds([50, 10], [50, 12]));
    // Both of ours are the same speed: 3 at 50.
    assert.deepEqual(ratio, { median: (0.3 + 0.25) / 2, min: 0.25, max: 0.3 });
  });

  test('a round without the step has its figure where the row says else', () => {
    const row = { step: 'longer', elseStep: 'push' };
    const ours = [{ calibrationMs: 50, push: { cpuMs: 4 }, longer: { cpuMs: 3 } }];
    const { ours: of, reference } = tableOf(row, ours, rounds([50, 10]));
    assert.equal(of.median, 3);
    assert.equal(reference.median, 10);
  });

  for (const [value, verdict] of [
    [2, 'stretch'],
    [3.5, 'met'],
    [3.6, 'MISSED'],
  ]) {
    test(`${value} of 10 is ${verdict}`, () => {
      assert.equal(tableOf({}, rounds([50, value]), rounds([50, 10])).verdict, verdict);
    });
  }

  for (const [value, verdict] of [
    [60, 'stretch'],
    [30, 'met'],
    [29, 'MISSED'],
  ]) {
    test(`${value}/s beside 10/s is ${verdict}`, () => {
      const row = {
        ...{ of: (push) => push.perSecond, scale: 'rate', judged: 'more', floor: 3, stretch: 6 },
      };
      assert.equal(tableOf(row, rounds([50, value]), rounds([50, 10])).verdict, verdict);
    });
  }

  test('an absolute target is judged by our figure, unscaled and without a reference', () => {
    const row = { judged: 'absolute', scale: 'none', floor: 10, stretch: 8 };
    const result = tableOf(row, rounds([100, 9]), []);
    assert.equal(result.verdict, 'met');
    assert.equal(result.ratio, undefined);
  });

  test('a noted figure stands in, and goes before a live one where the row prefers it', () => {
    const live = rounds([50, 100]);
    assert.equal(tableOf({ noted: 10 }, rounds([50, 2]), []).ratio.median, 0.2);
    assert.equal(tableOf({ noted: 10 }, rounds([50, 2]), live).ratio.median, 0.02);
    const preferred = tableOf({ noted: 10, prefersNoted: true }, rounds([50, 2]), live);
    assert.equal(preferred.ratio.median, 0.2);
  });

  test('a step that failed, one that was not done and a figure that is not there say so', () => {
    const failed = [{ calibrationMs: 50, push: { error: 'refused' } }];
    assert.equal(tableOf({}, failed, rounds([50, 1])).note, 'refused');
    assert.equal(tableOf({}, [{ calibrationMs: 50 }], rounds([50, 1])).note, 'not measured');
    const nothing = { of: () => undefined, absent: 'nothing is written' };
    assert.equal(tableOf(nothing, rounds([50, 1]), rounds([50, 1])).note, 'nothing is written');
    assert.equal(tableOf({}, rounds([50, 1]), []).note, 'no figure of the reference');
  });

  test('a round without the figure does not take it from the others', () => {
    const ours = [{ calibrationMs: 50, push: { error: 'refused' } }, ...rounds([50, 2])];
    assert.equal(tableOf({}, ours, rounds([50, 10])).ratio.median, 0.2);
  });
});

test('a query is compared by CPU, by p50, and by the first call after a restart', () => {
  const name = 'Flame 1h one service';
  const rows = rowsOf('heavy').filter(({ label }) => label.startsWith(name));
  const answers = (cpuMs, p50, first) => ({ rows: [{ name, cpuMs, p50, first }] });
  const ours = [{ calibrationMs: 50, query: answers(1, 2, 3), restart: answers(9, 9, 12) }];
  const theirs = [{ calibrationMs: 50, query: answers(10, 10, 10) }];
  const ratios = ratioTable(rows, ours, theirs).map(({ ratio }) => ratio.median);
  assert.deepEqual(ratios, [0.1, 0.2, 1.2]);
});

test('a query that a server refuses is a note and not a failure', () => {
  const rows = rowsOf('typical').filter(({ label }) => label.startsWith('Diff'));
  const query = { rows: [{ name: 'Diff halves one service', error: 'Diff: 404' }] };
  const notes = ratioTable(rows, [{ calibrationMs: 50, query, restart: query }], []);
  assert.deepEqual(
    notes.map(({ note }) => note),
    ['Diff: 404', 'Diff: 404', 'Diff: 404'],
  );
});

test('the printed table has a line for each row, and all lines are as wide', () => {
  const results = ratioTable(rowsOf('week'), [{ calibrationMs: 50, push: PUSH }], []);
  const lines = tableLines([
    ...results,
    { ...results[0], verdict: undefined, note: '404\nno page\n' },
  ]);
  assert.equal(lines.length, results.length + 3);
  assert.ok(lines.every((line) => !line.includes('\n')));
  assert.equal(new Set(lines.map(({ length }) => length)).size, 1);
});

const PUSH = { serverCpuMsPerProfile: 1.5, profilesPerSecond: 400, server: { maxRssMB: 300 } };
