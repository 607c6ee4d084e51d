import { labelSetFromRecord } from '@emberscope/labels';
import { NO_STACK, profileFromText } from '@emberscope/profile';
import { createDictionary } from '../../dictionary/dictionary.ts';
import { translateStacks } from '../../dictionary/translate-stacks.ts';
import { profileId } from '../../ids.ts';
import type { PartTable } from '../part-table.ts';
import { kindOfProfile } from '../profile-kind.ts';
import { NO_REMARKS } from '../profile-remarks.ts';
import { createSeriesRegistry } from '../series-registry.ts';
import type { SampleTracing } from '../tracing-rows.ts';

/** A row of a table, as the drawing of a profile (`profileFromText`) of one sample type. */
export type DrawnRow = {
  readonly samples: string;
  readonly profileCount: number;
  readonly millis: number;
  readonly durationNanos: number;
  /** `a` when left out. */
  readonly service?: string;
};

/** As large as no drawing is. */
const SCRATCH_CELLS = 64;

const NO_ROWS: SampleTracing = {
  length: () => 0,
  at: () => ({ span: undefined, trace: undefined }),
  hasSpan: () => false,
  hasTrace: () => false,
};

/**
 * A table of a series for each service that reads a row as an engine on a disk would: into columns that the next
 * row overwrites.
 */
export function drawnTable(rows: readonly DrawnRow[]): PartTable {
  const dictionary = createDictionary();
  const profiles = rows.map(({ samples }) => profileFromText(samples));
  const stacks = profiles.map((profile) => {
    const translation = translateStacks(profile, dictionary);
    return Array.from(profile.samples.stack, (stack) => translation.stackOf(stack));
  });
  const values = profiles.map(({ samples }) => Array.from(samples.values[0] ?? [], Number));
  const kind = kindOfProfile(profileFromText('main 1'));
  const registry = createSeriesRegistry();
  const streams = rows.map(({ service = 'a' }) =>
    registry.intern(labelSetFromRecord({ __name__: 'cpu', service_name: service }), kind),
  );
  const scratchStack = new Int32Array(SCRATCH_CELLS);
  const scratchValues = new Float64Array(SCRATCH_CELLS);
  return {
    kind,
    dictionary,
    registry,
    columns: {
      stream: Int32Array.from(streams, ({ id }) => id),
      timeMillis: Float64Array.from(rows, ({ millis }) => millis),
      timeNanosOnTop: new Int32Array(rows.length),
      arrival: Float64Array.from(rows.keys()),
      durationNanos: Float64Array.from(rows, ({ durationNanos }) => durationNanos),
      period: new Float64Array(rows.length),
      totals: [Float64Array.from(values, (ofRow) => ofRow.reduce((sum, value) => sum + value, 0))],
      profileCount: Int32Array.from(rows, ({ profileCount }) => profileCount),
    },
    idAt: (row) => profileId(`row ${row}`),
    isIdWanted: () => false,
    remarksAt: () => NO_REMARKS,
    samplesOf(row) {
      scratchStack.fill(NO_STACK);
      scratchValues.fill(Number.NaN);
      scratchStack.set(stacks[row] ?? []);
      scratchValues.set(values[row] ?? []);
      const end = values[row]?.length ?? 0;
      return {
        stack: scratchStack,
        values: scratchValues,
        tracing: undefined,
        tracingRows: NO_ROWS,
        start: 0,
        end,
      };
    },
  };
}
