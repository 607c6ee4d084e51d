import { type CallEdge, int64At } from '@emberscope/profile';
import {
  type GetFunctionRequest,
  GetFunctionResponseSchema,
} from '@emberscope/protocol/page/function';
import { compareUtf8 } from '@emberscope/units';
import type { FunctionSelector, MergeMode, ProfileSelection } from '../../store/selection.ts';
import { type AnswerBody, messageBody } from '../encode/answer-body.ts';
import { wholeMillisRange } from '../millis-range.ts';
import { typeMatcher } from '../profile-type-matcher.ts';
import type { Query } from '../query.ts';
import { answered, refuseArgument } from '../query-refusal.ts';
import { coverageMessage } from './coverage.ts';
import { functionTrend } from './function-trend.ts';
import { functionOf, readLimit, readMode, readSelection } from './page-request.ts';
import { shortestStepMillis } from './shortest-step.ts';
import { timelineMessage, timelineSeries } from './timeline.ts';
import { bucketsOfTarget } from './timeline-buckets.ts';
import { wholeRangeSeries } from './whole-range-series.ts';

const LIST = { usual: 50, most: 1000 };
const TARGET_POINTS = { usual: 60, most: 1000 };

/** One function: running lines, callers, callees, its timeline and what it ran under. */
export async function getFunction(query: Query<GetFunctionRequest>): Promise<AnswerBody> {
  const { reader, request, tenants, context } = query;
  const { range, profileType, matchers } = readSelection(request.selection, query);
  if (request.function === undefined) return refuseArgument('function is missing');
  const wanted = functionOf(request.function);
  const mode = readMode(request.mode, profileType);
  const limit = readLimit('limit', request.limit, LIST);
  const targetPoints = readLimit('target_points', request.targetPoints, TARGET_POINTS);

  const nanos = wholeMillisRange(range.startMillis, range.endMillis);
  const selection: ProfileSelection = { tenants, range: nanos, profileType, matchers };
  const { report, selected } = answered(
    await reader.mergeFunction({ ...selection, function: wanted, mode }, context),
  );
  const shortest = shortestStepMillis(selected.coverage, profileType);
  const buckets = bucketsOfTarget(range, targetPoints, shortest);
  const series = await timelineSeries(query, selection, buckets, {
    groupBy: [],
    mode,
    function: wanted,
  });
  const labels = await labelShares(query, selection, wanted, mode);
  return messageBody(GetFunctionResponseSchema, {
    function: wanted,
    self: report.self,
    total: report.total,
    lines: report.lines
      .slice(0, limit)
      .map(({ line, self, total }) => ({ runningLine: line, self, total })),
    linesLeftOut: leftOut(report.lines, limit),
    callers: report.callers.slice(0, limit).map(edgeMessage),
    callersLeftOut: leftOut(report.callers, limit),
    callees: report.callees.slice(0, limit).map(edgeMessage),
    calleesLeftOut: leftOut(report.callees, limit),
    timeline: timelineMessage(buckets, series),
    labels: labels.slice(0, limit),
    labelsLeftOut: leftOut(labels, limit),
    coverage: await coverageMessage(query, selection, selected, { mode, range }),
    ...(request.withTrend &&
      (await functionTrend(query, {
        selection: { tenants, profileType, matchers },
        function: wanted,
        mode,
        range,
      }))),
  });
}

function leftOut(list: readonly unknown[], limit: number): number {
  return Math.max(0, list.length - limit);
}

function edgeMessage({ name, file, line, total }: CallEdge) {
  return { function: { name, file, line }, total };
}

/**
 * How much of a function's total ran under each label: of equal totals by name, then by value. The
 * labels that a store derives (`__type__` and its like) are the same everywhere and left out.
 */
async function labelShares(
  query: Query<unknown>,
  selection: ProfileSelection,
  wanted: FunctionSelector,
  mode: MergeMode,
) {
  const { reader, context } = query;
  const matchers = [...selection.matchers, typeMatcher(selection.profileType)];
  const names = answered(await reader.labelNames({ ...selection, matchers }, context));
  const groupBy = names.filter((name) => !name.startsWith('__'));
  const options = { groupBy, mode, function: wanted };
  const groups = await wholeRangeSeries(query, selection, options);
  const shares = new Map<string, { label: { name: string; value: string }; total: bigint }>();
  for (const { labels, value } of groups) {
    for (const label of labels) {
      const key = JSON.stringify([label.name, label.value]);
      const total = (shares.get(key)?.total ?? 0n) + int64At(value, 0);
      shares.set(key, { label, total });
    }
  }
  return [...shares.values()].sort(
    (a, b) =>
      Number(b.total > a.total) - Number(b.total < a.total) ||
      compareUtf8(a.label.name, b.label.name) ||
      compareUtf8(a.label.value, b.label.value),
  );
}
