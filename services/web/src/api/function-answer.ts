import type { CallEdge, GetFunctionResponse } from '@emberscope/protocol/page/function';
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

function readEdge({ function: other, total }: CallEdge): CallCost {
  const { name = '', file = '', line = 0 } = other ?? {};
  return { other: { name, file, line }, total: Number(total) };
}
