import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { create } from '@bufbuild/protobuf';
import { GetFunctionResponseSchema } from '@emberscope/protocol/page/function';
import { MergeMode } from '@emberscope/protocol/page/selection';
import { MILLIS_PER_DAY, MILLIS_PER_HOUR, MILLIS_PER_MINUTE } from '@emberscope/units';
import { type FunctionPast, type PeriodCost, readFunctionPast } from '../api/function-answer.ts';
import type { Timeline } from '../api/timeline-answer.ts';
import { drawnPast } from '../testing/drawn-past.ts';
import { spanMillis } from '../time-range.ts';
import { pastSpan } from './past-span.ts';
import { wordsOfProfileType } from './profile-type-words.ts';
import { dayText, dayValueText, trendDays, trendPaths } from './trend-days.ts';
import { weekSentence } from './week-sentence.ts';

const CPU = wordsOfProfileType('wall:cpu:nanoseconds:wall:nanoseconds');
const MEMORY = wordsOfProfileType('memory:inuse_space:bytes:inuse_space:bytes');
const NOW = Date.UTC(2026, 10, 26, 14, 5);

/** Four days from the 23rd to the 26th of November, those without a value not recorded. */
function drawDays(...values: readonly (number | null)[]): Timeline {
  const bucket = values.flatMap((value, place) => (value === null ? [] : [place]));
  return {
    stepMillis: MILLIS_PER_DAY,
    firstEdgeMillis: Date.UTC(2026, 10, 27) - (values.length - 1) * MILLIS_PER_DAY,
    pointCount: values.length,
    bucket,
    value: bucket.map((place) => values[place] ?? 0),
  };
}

describe('the days of a trend', () => {
  const days = trendDays(drawDays(3e9, null, 0, 2e9));

  it('are said by their dates of UTC, and today is not over', () => {
    assert.ok(days);
    assert.deepEqual(
      days.value.map((_, place) => `${dayText(days, place)}: ${dayValueText(days, place, CPU)}`),
      ['23 Nov: 3 s', '24 Nov: nothing recorded', '25 Nov: 0 s', '26 Nov so far: 2 s'],
    );
    assert.equal(dayValueText(days, 0, MEMORY), '3 GB');
    assert.equal(days.largestPlace, 0);
  });

  it('have a bar each, a line where nothing was spent and a gap where nothing was recorded', () => {
    assert.ok(days);
    assert.deepEqual(trendPaths(days, 40, 30), {
      whole: 'M1.25 30v-30.0h7.50V30zM21.25 30v-1.0h7.50V30z',
      today: 'M31.25 30v-20.0h7.50V30z',
    });
  });

  it('are none when only one was recorded, or none', () => {
    assert.equal(trendDays(drawDays(null, null, 5)), undefined);
    assert.equal(trendDays(drawDays()), undefined);
    assert.equal(trendDays(drawDays(null, 0, 5))?.largestPlace, 2);
  });
});

describe('a week earlier', () => {
  const span = { startMillis: NOW - 15 * MILLIS_PER_MINUTE + 1, endMillis: NOW };
  const WEEK = 7 * MILLIS_PER_DAY;
  const before = (rangeMillis: number) => ({
    startMillis: NOW - rangeMillis + 1 - WEEK,
    endMillis: NOW - WEEK,
  });
  const period = (total: number, all: number, covered = span): PeriodCost => ({
    total,
    coverage: {
      mode: 'sum',
      total: all,
      unnamed: 0,
      profileCount: all === 0 ? 0 : 6,
      seriesCount: 1,
      coveredNanos: 0,
      span: covered,
      sampleCount: undefined,
    },
  });
  const recorded = drawDays(1, 1, 1, 1, 1, 1, 1, 1, 1);
  const sentence = (then: PeriodCost | undefined, now: PeriodCost, words = CPU, trend = recorded) =>
    weekSentence(now, { trend, weekBefore: then } satisfies FunctionPast, words);

  const cases: readonly [what: string, then: PeriodCost, now: PeriodCost, said: string][] = [
    [
      'is compared by shares of all, since there may have been more to do',
      period(12, 1000),
      period(68, 2000),
      'A week earlier: 1.2 % of all, now 3.4 % (2.8 times as much).',
    ],
    [
      'is compared when it is less',
      period(300, 1000),
      period(10, 1000),
      'A week earlier: 30 % of all, now 1 % (0.033 times as much).',
    ],
    [
      'is about the same when it nearly is',
      period(300, 1000),
      period(310, 1000),
      'A week earlier: 30 % of all, now 31 % (about the same).',
    ],
    [
      'is not multiplied where a few samples decide',
      period(1, 10_000),
      period(5, 10_000),
      'A week earlier: < 0.1 % of all, now < 0.1 %.',
    ],
    [
      'is nothing when the function did not run',
      period(0, 1000),
      period(34, 1000),
      'A week earlier it cost nothing, now 3.4 % of all.',
    ],
    [
      'is said when the function does not run any more',
      period(12, 1000),
      period(0, 1000),
      'A week earlier: 1.2 % of all, now nothing.',
    ],
    [
      'is said when nothing runs any more',
      period(12, 1000),
      period(0, 0),
      'A week earlier: 1.2 % of all; now there is nothing recorded.',
    ],
    [
      'is nothing either when it never ran',
      period(0, 1000),
      period(0, 1000),
      'A week earlier it cost nothing either.',
    ],
  ];
  for (const [what, then, now, said] of cases) {
    it(what, () => assert.equal(sentence(then, now), said));
  }

  it('is compared in bytes where values are held, with shares beside them', () => {
    assert.equal(
      sentence(period(4.8e6, 400e6), period(13.6e6, 400e6), MEMORY),
      'A week earlier: 4.8 MB, 1.2 % of all; now 13.6 MB, 3.4 % (2.8 times as much).',
    );
    assert.equal(
      sentence(period(0, 400e6), period(13.6e6, 400e6), MEMORY),
      'A week earlier it held nothing, now 13.6 MB, 3.4 % of all.',
    );
  });

  it('has nothing recorded: of all, or of so short a range while hours are known', () => {
    const now = period(34, 1000);
    const none = 'A week earlier there is nothing recorded.';
    const short =
      'A week earlier there is nothing recorded of so short a range; 3 h or more can be compared.';
    const said = (covered: typeof span, trend?: Timeline) =>
      sentence(period(0, 0, covered), now, CPU, trend);
    assert.equal(said(before(15 * MILLIS_PER_MINUTE)), short);
    assert.equal(said(before(3 * MILLIS_PER_HOUR)), none);
    assert.equal(
      said(before(15 * MILLIS_PER_MINUTE), drawDays(1, null, 1, 1, 1, 1, 1, 1, 1)),
      none,
    );
  });

  it('is not spoken of where no past is known', () => {
    const now = period(34, 1000);
    assert.equal(sentence(undefined, now), '');
    assert.equal(sentence(period(0, 0, before(1000)), now, CPU, drawDays(null, 5)), '');
  });
});

describe('the span that a past is asked for', () => {
  const span = (endMillis: number) => ({ startMillis: endMillis - 900_000 + 1, endMillis });

  it('moves with the clock in steps, and is as long as what is shown', () => {
    const asked = pastSpan(span(NOW + 10_000), true);
    assert.deepEqual(asked, pastSpan(span(NOW + 290_000), true));
    assert.notDeepEqual(asked, pastSpan(span(NOW + 300_000), true));
    assert.equal(spanMillis(asked), 900_000);
    assert.ok(asked.endMillis <= NOW + 10_000);
  });

  it('is the one that somebody chose', () => {
    assert.deepEqual(pastSpan(span(NOW + 10_000), false), span(NOW + 10_000));
  });
});

describe('the answer about a past', () => {
  const asked = { startMillis: 1, endMillis: 2 };

  it('is read in doubles', () => {
    const weekBefore = { total: 16n, all: 153n, mode: MergeMode.AVERAGE };
    const answer = create(GetFunctionResponseSchema, drawnPast(NOW, 3, 100, weekBefore));
    const { trend } = readFunctionPast(answer, asked);
    assert.deepEqual(trend.bucket, [88, 89, 90]);
    assert.equal(trendDays(trend)?.startMillis[90], Date.UTC(2026, 10, 26));
    const older = create(GetFunctionResponseSchema, drawnPast(NOW, 91, 100, weekBefore));
    const { weekBefore: read } = readFunctionPast(older, asked);
    assert.deepEqual(
      [read?.total, read?.coverage.total, read?.coverage.mode],
      [16, 153, 'average'],
    );
  });

  it('may lack all of it, as where profiles are not added up', () => {
    const { trend, weekBefore } = readFunctionPast(create(GetFunctionResponseSchema), asked);
    assert.equal(trendDays(trend), undefined);
    assert.equal(weekBefore, undefined);
  });
});
