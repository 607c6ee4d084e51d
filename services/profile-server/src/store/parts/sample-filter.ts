import { NO_STACK } from '@emberscope/profile';
import type { StackDictionary, StackSymbols } from '../dictionary/dictionary.ts';
import type { FunctionSelector, ProfileSelection } from '../selection.ts';
import type { SampleRun } from './part-table.ts';
import type { QueryGuard } from './query-guard.ts';
import { intersectMarks, type StackMarks, stacksBelow, stacksHolding } from './stack-marks.ts';
import { NO_TRACING, type SampleTracing } from './tracing-rows.ts';
import { type WantedIds, wantedIds, wordsOfHex } from './wanted-ids.ts';

/** Which samples of the tables over one dictionary are selected. */
export type SampleFilter = { passes(run: SampleRun, sample: number): boolean };

type SampleConditions = Pick<ProfileSelection, 'spanIds' | 'traceIds' | 'callSite'>;

export type SampleFilters = {
  /** The filter for stacks of one dictionary; undefined when all samples are selected. */
  of(dictionary: StackDictionary): SampleFilter | undefined;
};

/** Conditions on samples, worked out once for each dictionary and each set of tracing that they meet. */
export function createSampleFilters(
  conditions: SampleConditions,
  holding: FunctionSelector | undefined,
  guard: QueryGuard,
): SampleFilters {
  const marksOf = new Map<StackDictionary, StackMarks | undefined>();
  const spans = conditions.spanIds && wantedIds(conditions.spanIds.map(wordsOfHex));
  const traces = conditions.traceIds && wantedIds(conditions.traceIds.map(wordsOfHex));

  const isTraced = spans !== undefined || traces !== undefined;
  /** Weakly: an engine may make tracing for each run that it reads. */
  const tracedOf = new WeakMap<SampleTracing, Uint8Array>();
  let lastTracing: SampleTracing | undefined;
  let lastTraced: Uint8Array = new Uint8Array(0);

  function tracedIn(tracing: SampleTracing): Uint8Array {
    if (tracing === lastTracing) return lastTraced;
    const traced = tracedOf.get(tracing) ?? tracingThatPasses(tracing, spans, traces, guard);
    tracedOf.set(tracing, traced);
    lastTracing = tracing;
    lastTraced = traced;
    return traced;
  }

  const isAboutStacks = conditions.callSite !== undefined || holding !== undefined;

  /** A dictionary is read from the disk when it is looked at: values over time need none of it. */
  function stackMarks(dictionary: StackDictionary): StackMarks | undefined {
    if (!isAboutStacks) return undefined;
    if (!marksOf.has(dictionary))
      marksOf.set(dictionary, marksFor(dictionary.view(), conditions.callSite, holding, guard));
    return marksOf.get(dictionary);
  }

  return {
    of(dictionary) {
      const stacks = stackMarks(dictionary);
      if (stacks === undefined && !isTraced) return undefined;
      return {
        passes(run, sample) {
          if (isTraced) {
            const row = run.tracing?.[sample] ?? NO_TRACING;
            if (row === NO_TRACING || tracedIn(run.tracingRows)[row] !== 1) return false;
          }
          if (stacks === undefined) return true;
          const stack = run.stack[sample] ?? NO_STACK;
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
  tracing: SampleTracing,
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
