import { NO_STACK } from '@emberscope/profile';
import type { FunctionSelector, ProfileSelection } from '../selection.ts';
import type { Dictionary, StackSymbols } from './dictionary.ts';
import type { ProfileTable } from './profile-table.ts';
import { intersectMarks, type StackMarks, stacksBelow, stacksHolding } from './stack-marks.ts';
import { NO_TRACING, type TracingRows } from './tracing-rows.ts';

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
): SampleFilters {
  const marksOf = new Map<Dictionary, StackMarks | undefined>();
  const { spanIds, traceIds } = conditions;

  function stackMarks(dictionary: Dictionary): StackMarks | undefined {
    if (!marksOf.has(dictionary))
      marksOf.set(dictionary, marksFor(dictionary.view(), conditions.callSite, holding));
    return marksOf.get(dictionary);
  }

  return {
    of(table) {
      const stacks = stackMarks(table.dictionary);
      const isTraced = spanIds !== undefined || traceIds !== undefined;
      if (stacks === undefined && !isTraced) return undefined;
      const columns = table.columns().samples;
      const traced = isTraced ? tracingThatPasses(table.tracing, conditions) : undefined;
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
): StackMarks | undefined {
  const below = callSite === undefined ? undefined : stacksBelow(view, callSite);
  const holding = wanted === undefined ? undefined : stacksHolding(view, wanted);
  if (below === undefined || holding === undefined) return below ?? holding;
  return intersectMarks(below, holding);
}

/** 1 for every row of tracing that has one of the wanted ids. */
function tracingThatPasses(
  tracing: TracingRows,
  { spanIds, traceIds }: SampleConditions,
): Uint8Array {
  const passes = new Uint8Array(tracing.length());
  for (let row = 0; row < passes.length; row++) {
    const { span, trace } = tracing.at(row);
    const hasSpan = spanIds === undefined || (span !== undefined && spanIds.includes(span));
    const hasTrace = traceIds === undefined || (trace !== undefined && traceIds.includes(trace));
    if (hasSpan && hasTrace) passes[row] = 1;
  }
  return passes;
}
