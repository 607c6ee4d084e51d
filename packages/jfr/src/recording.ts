import type { Int64Column, StackTable, Symbols } from '@emberscope/profile';
import type { EventKind } from './event-kinds.ts';

/** Row of the contexts of a {@link Recording}. */
export type ContextIndex = number;

/** Where no context was set. */
export const NO_CONTEXT: ContextIndex = 0;

/** What the application said of the work it did at the moment of an event; 0 for nothing. */
export type RecordedContext = {
  /** Stands for a set of labels, which come beside the recording. */
  readonly contextId: bigint;
  readonly spanId: bigint;
  /** The number of a string that comes beside the recording. */
  readonly spanName: bigint;
};

/**
 * Events of one kind, those of one stack and context together. All columns have `length` cells.
 * `amount` is what their field adds up to: bytes, ticks or samples, 0 where there is none.
 */
export type EventColumns = {
  readonly length: number;
  readonly stack: Int32Array;
  readonly context: Int32Array;
  readonly count: Int64Column;
  readonly amount: Int64Column;
};

/** Kinds of events as they are kept: a sample of a thread that slept is one of its own. */
export type RecordedKind = EventKind | 'sleeping';

/** A recording as columns: all of its chunks together. */
export type Recording = {
  readonly symbols: Symbols;
  readonly stacks: StackTable;
  /** Row 0 is {@link NO_CONTEXT}. */
  readonly contexts: readonly RecordedContext[];
  readonly events: ReadonlyMap<RecordedKind, EventColumns>;
  /** What async-profiler sampled by: `cpu`, `itimer`, `wall`; '' from other recorders. */
  readonly profilerEvent: string;
};
