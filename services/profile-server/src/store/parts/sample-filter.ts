import { NO_STACK } from '@emberscope/profile';
import type { Dictionary, StackSymbols } from '../dictionary/dictionary.ts';
import type { ProfileTable } from '../memory/profile-table.ts';
import type { FunctionSelector, ProfileSelection } from '../selection.ts';
import type { QueryGuard } from './query-guard.ts';
import { intersectMarks, type StackMarks, stacksBelow, stacksHolding } from './stack-marks.ts';
import { NO_TRACING, type TracingRows } from './tracing-rows.ts';
import { type WantedIds, wantedIds, wordsOfHex } from './wanted-ids.ts';

/** Which samples of a table are selected. */
export type SampleFilter = { passes(sample: number): boolean };

type SampleConditions = Pick<ProfileSelection, 'spanIds' | 'traceIds' | 'callSite'>;

export type SampleFilters = {
  /** The filter of one table; undefined when all of its samples are selected. */
  of(table: ProfileTable): SampleFilter | undefined;
};

/** Conditions on samples, worked out once for each dictionary and table that they meet. */
export function createSampleFilters(
  conditions: SampleConditions,
  holding: FunctionSelector | undefined,
  guard: QueryGuard,
): SampleFilters {
  const marksOf = new Map<Dictionary, StackMarks | undefined>();
  const spans = conditions.spanIds && wantedIds(conditions.spanIds.map(wordsOfHex));
  const traces = conditions.traceIds && wantedIds(conditions.traceIds.map(wordsOfHex));

  function stackMarks(dictionary: Dictionary): StackMarks | undefined {
    if (!marksOf.has(dictionary))
      marksOf.set(dictionary, marksFor(dictionary.view(), conditions.callSite, holding, guard));
    return marksOf.get(dictionary);
  }

  return {
    of(table) {
      const stacks = stackMarks(table.dictionary);
      const isTraced = spans !== undefined || traces !== undefined;
      if (stacks === undefined && !isTraced) return undefined;
      const columns = table.columns().samples;
      const traced = isTraced ? tracingThatPasses(table.tracing, spans, traces, guard) : undefined;
      return {
        passes(sample) {
          if (traced !== undefined) {
            const row = columns.tracing?.[sample] ?? NO_TRACING;
            if (row === NO_TRACING || traced[row] !== 1) return false;
          }
          if (stacks === undefined) return true;
          const stack = columns.stack[sample] ?? NO_STACK;
          return stack === NO_STACK ? stacks.withoutStack : stacks.marks[stack] === 1;
        },
      };
    },
  };
}

function marksFor(
  view: StackSymbols,
  callSite: readonly string[] | undefined,
  wanted: FunctionSelector | undefined,
  guard: QueryGuard,
): StackMarks | undefined {
  const below = callSite === undefined ? undefined : stacksBelow(view, callSite, guard);
  const holding = wanted === undefined ? undefined : stacksHolding(view, wanted, guard);
  if (below === undefined || holding === undefined) return below ?? holding;
  return intersectMarks(below, holding);
}

/** 1 for every row of tracing that has one of the wanted ids. */
function tracingThatPasses(
  tracing: TracingRows,
  spans: WantedIds | undefined,
  traces: WantedIds | undefined,
  guard: QueryGuard,
): Uint8Array {
  const passes = new Uint8Array(tracing.length());
  for (let row = 0; row < passes.length; row++) {
    guard.spend(4);
    const hasSpan = spans === undefined || tracing.hasSpan(row, spans);
    const hasTrace = traces === undefined || tracing.hasTrace(row, traces);
    if (hasSpan && hasTrace) passes[row] = 1;
  }
  return passes;
}
