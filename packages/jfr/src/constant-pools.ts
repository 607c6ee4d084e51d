import { type ByteCursor, LONG_MAX_BYTES, type Long, RecordedText } from './byte-cursor.ts';
import { MalformedRecording } from './malformed-recording.ts';
import type { PartCounts } from './part-counts.ts';
import {
  type FieldValue,
  type Layout,
  type Layouts,
  readFields,
  type Selection,
  STRING_CLASS,
  selectFields,
  skipField,
  skipValue,
} from './value-layout.ts';

/** A method or a class, by the keys or texts of its names. */
type NamedRow = { readonly name: FieldValue; readonly owner: FieldValue };

/** The frames of a stack trace, the leaf first: what ran, and on which line. */
export type Frames = {
  readonly length: number;
  /** With room behind the last frame. */
  readonly methods: readonly Long[];
  readonly lines: readonly number[];
};

/**
 * What the events of a chunk refer to. Of an entry that a chunk has several times the last counts.
 */
export type ConstantPools = {
  /** Reads a checkpoint event behind its size and type. */
  readCheckpoint(cursor: ByteCursor): void;
  /** They hold until they are asked for again. */
  framesOf(stackTrace: Long): Frames | undefined;
  /** `java/lang/Thread` and `run`; undefined where the chunk does not have it. */
  namesOf(method: Long): { readonly className: string; readonly name: string } | undefined;
  stateOf(key: Long): string;
  textOf(value: FieldValue): string;
};

const CLASS = {
  stackTrace: 'jdk.types.StackTrace',
  method: 'jdk.types.Method',
  class: 'java.lang.Class',
  symbol: 'jdk.types.Symbol',
  threadState: 'jdk.types.ThreadState',
} as const;

/** What is read of an entry. */
const FIELDS: Readonly<Record<string, readonly string[]>> = {
  [CLASS.method]: ['name', 'type'],
  [CLASS.class]: ['name'],
  [CLASS.symbol]: ['string'],
  [CLASS.threadState]: ['name'],
};
const FRAME_FIELDS = ['method', 'lineNumber'];
const METHOD_SLOT = 0;
const LINE_SLOT = 1;

export function createConstantPools(layouts: Layouts, counts: PartCounts): ConstantPools {
  /** Where each stands: frames are read when an event has them, and all at once were gigabytes. */
  const stackTraces = new Map<Long, number>();
  const tracePools: TracePool[] = [];
  const frames: MutableFrames = { length: 0, methods: [], lines: [] };
  const methods = new Map<Long, NamedRow>();
  const classes = new Map<Long, NamedRow>();
  const symbols = new Map<Long, FieldValue>();
  const strings = new Map<Long, FieldValue>();
  const threadStates = new Map<Long, FieldValue>();
  const values: FieldValue[] = [undefined, undefined];

  function readPool(cursor: ByteCursor, layout: Layout, count: number): void {
    const { name } = layout;
    // An empty one is counted, too: it takes two bytes.
    counts.poolEntries.add(1 + count);
    if (count === 0) return;
    const selection = selectFields(layout, FIELDS[name] ?? []);
    const isRead = Object.hasOwn(FIELDS, name);
    if (name === CLASS.stackTrace) addTracePool(cursor, layout);
    for (let entry = 0; entry < count; entry++) {
      const key = cursor.long();
      if (isRead) {
        readFields(cursor, selection, values);
        keep(name, key, values);
      } else if (name === CLASS.stackTrace) {
        stackTraces.set(key, cursor.offset);
        skipValue(cursor, layout);
      } else if (name === STRING_CLASS) strings.set(key, cursor.string());
      else skipValue(cursor, layout);
    }
  }

  /** Those of a checkpoint lie alike: one of a trace each would be 200 bytes for every five. */
  function addTracePool(cursor: ByteCursor, layout: Layout): void {
    const last = tracePools.at(-1);
    if (last?.layout === layout && last.cursor.end === cursor.end) return;
    tracePools.push({ layout, start: cursor.offset, cursor: cursor.copy() });
  }

  function keep(className: string, key: Long, [first, second]: readonly FieldValue[]): void {
    switch (className) {
      case CLASS.method:
        methods.set(key, { name: first, owner: second });
        return;
      case CLASS.class:
        classes.set(key, { name: first, owner: undefined });
        return;
      case CLASS.symbol:
        symbols.set(key, first);
        return;
      case CLASS.threadState:
        threadStates.set(key, first);
        return;
    }
  }

  function textOf(value: FieldValue): string {
    if (value instanceof RecordedText) return value.text();
    if (typeof value !== 'object') return '';
    const text = strings.get(value.stringKey);
    return text instanceof RecordedText ? text.text() : '';
  }

  /** Of a name, which is a key of a symbol where it is no text. */
  function nameOf(value: FieldValue): string {
    const isKey = typeof value === 'number' || typeof value === 'bigint';
    return textOf(isKey ? symbols.get(value) : value);
  }

  return {
    readCheckpoint(cursor) {
      // When, how long it took, where the one before it is, and of what kind it is: all are read.
      for (let i = 0; i < 3; i++) cursor.long();
      cursor.skip(1);
      const poolCount = cursor.count('a number of pools');
      for (let i = 0; i < poolCount; i++) {
        const layout = layouts.of(Number(cursor.long()));
        const count = cursor.count('the length of a pool');
        readPool(cursor, layout, count);
      }
    },
    framesOf(stackTrace) {
      const start = stackTraces.get(stackTrace);
      const pool = start === undefined ? undefined : poolAt(tracePools, start);
      if (start === undefined || pool === undefined) return undefined;
      pool.cursor.offset = start;
      frames.length = 0;
      readFrames(pool, counts, frames);
      return frames;
    },
    namesOf(method) {
      const row = methods.get(method);
      if (row === undefined) return undefined;
      const { owner } = row;
      const isKey = typeof owner === 'number' || typeof owner === 'bigint';
      const className = isKey ? nameOf(classes.get(owner)?.name) : '';
      return { className, name: nameOf(row.name) };
    },
    stateOf: (key) => textOf(threadStates.get(key)),
    textOf,
  };
}

/** How the stack traces of a pool lie, or of several of one checkpoint. */
type TracePool = { readonly layout: Layout; readonly start: number; readonly cursor: ByteCursor };

/** That of a place. There are few: one for each checkpoint. */
function poolAt(pools: readonly TracePool[], offset: number): TracePool | undefined {
  let low = 0;
  let high = pools.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (pools[middle].start <= offset) low = middle + 1;
    else high = middle;
  }
  return pools[low - 1];
}

type MutableFrames = { length: number; readonly methods: Long[]; readonly lines: number[] };

/** A stack trace: its frames are values within it, and they are all that is wanted of it. */
function readFrames(
  { cursor, layout }: TracePool,
  counts: PartCounts,
  frames: MutableFrames,
): void {
  const values: FieldValue[] = [undefined, undefined];
  for (const field of layout.fields) {
    if (field.name !== 'frames' || !field.isArray || field.kind !== 'struct') {
      skipField(cursor, field, 0);
      continue;
    }
    const layout = field.layout();
    const frame = frameSelection(layout);
    const count = cursor.count('the length of a stack');
    if (frames.length + count > STACK_MAX_FRAMES) {
      throw new MalformedRecording(`a stack of more than ${STACK_MAX_FRAMES} frames`);
    }
    counts.frames.add(count);
    if (layout.longs > 0) {
      readLongFrames(cursor, frame, count, frames);
      continue;
    }
    for (let i = 0; i < count; i++) {
      readFields(cursor, frame, values);
      const [method, line] = values;
      const row = frames.length++;
      frames.methods[row] =
        typeof method === 'number' || typeof method === 'bigint' ? method : NO_METHOD;
      frames.lines[row] = typeof line === 'number' ? lineOf(line) : 0;
    }
  }
}

/**
 * The same of frames that are numbers and nothing else, as everybody writes them: more than half of
 * the time of a recording went into this. Numbers of up to three bytes are read here.
 */
function readLongFrames(
  cursor: ByteCursor,
  { steps }: Selection,
  count: number,
  frames: MutableFrames,
): void {
  const { bytes } = cursor;
  const { methods, lines } = frames;
  const width = steps.length;
  const methodAt = steps.findLastIndex(({ slot }) => slot === METHOD_SLOT);
  const lineAt = steps.findLastIndex(({ slot }) => slot === LINE_SLOT);
  /** A frame that begins here or before is there to its last byte, however long its numbers are. */
  const lastSafe = cursor.end - LONG_MAX_BYTES * width;
  let row = frames.length;
  for (let i = 0; i < count; i++, row++) {
    let method: Long = NO_METHOD;
    let line: Long = 0;
    const isSafe = cursor.offset <= lastSafe;
    for (let at = 0; at < width; at++) {
      const { offset } = cursor;
      let value: Long = bytes[offset];
      if (!isSafe) value = cursor.long();
      else if (value < 0x80) cursor.offset = offset + 1;
      else if (bytes[offset + 1] < 0x80) {
        value = (value & 0x7f) | (bytes[offset + 1] << 7);
        cursor.offset = offset + 2;
      } else if (bytes[offset + 2] < 0x80) {
        value = (value & 0x7f) | ((bytes[offset + 1] & 0x7f) << 7) | (bytes[offset + 2] << 14);
        cursor.offset = offset + 3;
      } else value = cursor.long();
      if (at === methodAt) method = value;
      else if (at === lineAt) line = value;
    }
    methods[row] = method;
    lines[row] = typeof line === 'number' ? lineOf(line) : 0;
  }
  frames.length = row;
}

/** An int: the JDK says -1 where it knows no line, and writes that without its sign. */
function lineOf(line: number): number {
  return line | 0;
}

const selections = new WeakMap<Layout, Selection>();

function frameSelection(layout: Layout): Selection {
  const known = selections.get(layout);
  if (known !== undefined) return known;
  // As for all values: one without bytes could be there any number of times.
  if (layout.fields.length === 0) throw new MalformedRecording(`${layout.name} has no fields`);
  const selection = selectFields(layout, FRAME_FIELDS);
  selections.set(layout, selection);
  return selection;
}

/** Profilers cut stacks at some thousands. All frames of one are in memory: 64 million were 1.8 GB. */
const STACK_MAX_FRAMES = 1_000_000;

/** A key that no pool has: theirs are not negative. */
const NO_METHOD = -1;
