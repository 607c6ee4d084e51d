import type { UnixNanos } from '@emberscope/units';
import type { Int64Column } from './int64-column.ts';
import type { LabelSetTable } from './sample-labels.ts';
import type { StackTable } from './stack-table.ts';
import type { Symbols } from './symbols.ts';

/** What a column of values measures: `cpu` in `nanoseconds`, `inuse_space` in `bytes`. */
export type ValueType = { readonly type: string; readonly unit: string };

/**
 * What was seen and how often. `stack`, `labels` and each column of `values` have `length` cells.
 * A stack may stand in several rows (with other labels, or because the agent wrote it twice).
 */
export type SampleColumns = {
  readonly length: number;
  /** Rows of the stack table; `NO_STACK` for a sample without locations. */
  readonly stack: Int32Array;
  /** Rows of the label set table. */
  readonly labels: Int32Array;
  /** One column for each sample type, in their order. */
  readonly values: readonly Int64Column[];
};

/**
 * One profile, from whatever format it came: strings, functions and stacks once, samples as
 * integers. It is never written again once it is built.
 */
export type Profile = {
  readonly sampleTypes: readonly ValueType[];
  /** The sample type that a viewer shows first, '' when the agent named none. */
  readonly defaultSampleType: string;
  /** What the profiler counts between two samples; absent when the agent does not say. */
  readonly periodType: ValueType | undefined;
  readonly period: bigint;
  /** 0 when the agent does not say. Node's agent gives the end of its window, others the start. */
  readonly timeNanos: UnixNanos;
  readonly durationNanos: bigint;
  readonly symbols: Symbols;
  readonly stacks: StackTable;
  readonly labelSets: LabelSetTable;
  readonly samples: SampleColumns;
  readonly comments: readonly string[];
  /** Regular expressions of frames that a viewer drops or keeps; '' for none. */
  readonly dropFrames: string;
  readonly keepFrames: string;
};

/** The column of a sample type by its name, or -1. */
export function sampleTypeIndex(profile: Profile, type: string): number {
  return profile.sampleTypes.findIndex((sampleType) => sampleType.type === type);
}
