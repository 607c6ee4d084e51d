import type { CallEdge, GetFunctionResponse } from '@emberscope/protocol/page/function';
import { MILLIS_PER_DAY } from '@emberscope/units';
import type { FunctionRef } from '../page-state.ts';
import type { MillisSpan } from '../time-range.ts';
import { type Coverage, readCoverage } from './coverage.ts';
import { readFirstSeries, type Timeline } from './timeline-answer.ts';

/** One function: where its cost lies. Lists have the largest total first. */
export type FunctionAnswer = {
  readonly self: number;
  readonly total: number;
  readonly lines: readonly {
    readonly line: number;
    readonly self: number;
    readonly total: number;
  }[];
  readonly callers: readonly CallCost[];
  readonly callees: readonly CallCost[];
  readonly labels: readonly { readonly text: string; readonly total: number }[];
  readonly timeline: Timeline;
  /** Of everything selected: what shares are taken of. */
  readonly coverage: Coverage;
};

/** Another function and the value of stacks in which one calls the other. */
export type CallCost = { readonly other: FunctionRef; readonly total: number };

const WEEK_MILLIS = 7 * MILLIS_PER_DAY;

/** How a function did in the past. */
export type FunctionPast = {
  /** Its total a day, in days of UTC; the last one is today, which is not over. */
  readonly trend: Timeline;
  /** In the range asked for, moved back by a week; undefined where it makes no sense. */
  readonly weekBefore: PeriodCost | undefined;
};

/** What a function cost in a range, and all that was selected there. */
export type PeriodCost = { readonly total: number; readonly coverage: Coverage };

export function readFunction(response: GetFunctionResponse, asked: MillisSpan): FunctionAnswer {
  return {
    self: Number(response.self),
    total: Number(response.total),
    lines: response.lines.map(({ runningLine, self, total }) => ({
      line: runningLine,
      self: Number(self),
      total: Number(total),
    })),
    callers: response.callers.map(readEdge),
    callees: response.callees.map(readEdge),
    labels: response.labels.map(({ label, total }) => ({
      text: `${label?.name ?? ''}="${label?.value ?? ''}"`,
      total: Number(total),
    })),
    timeline: readFirstSeries(response.timeline),
    coverage: readCoverage(response.coverage, asked),
  };
}

export function readFunctionPast(
  { trend, weekBefore }: GetFunctionResponse,
  asked: MillisSpan,
): FunctionPast {
  const weekEarlier = {
    startMillis: asked.startMillis - WEEK_MILLIS,
    endMillis: asked.endMillis - WEEK_MILLIS,
  };
  return {
    trend: readFirstSeries(trend),
    weekBefore: weekBefore && {
      total: Number(weekBefore.total),
      coverage: readCoverage(weekBefore.coverage, weekEarlier),
    },
  };
}

function readEdge({ function: other, total }: CallEdge): CallCost {
  const { name = '', file = '', line = 0 } = other ?? {};
  return { other: { name, file, line }, total: Number(total) };
}
