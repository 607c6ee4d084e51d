import { createGrowableInt32, type GrowableInt32 } from '@emberscope/profile';
import type { ByteCursor, Long } from './byte-cursor.ts';
import { checkCount, MalformedRecording } from './malformed-recording.ts';
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

/** The frames of a stack trace as rows of the pools' frames, the leaf first. */
export type FrameSpan = { readonly start: number; readonly end: number };

/**
 * What the events of a chunk refer to. Of an entry that a chunk has several times the last counts.
 */
export type ConstantPools = {
  /** Reads a checkpoint event behind its size and type. */
  readCheckpoint(cursor: ByteCursor): void;
  framesOf(stackTrace: Long): FrameSpan | undefined;
  methodOf(frame: number): Long | undefined;
  lineOf(frame: number): number;
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

export function createConstantPools(layouts: Layouts): ConstantPools {
  const stackTraces = new Map<Long, FrameSpan>();
  const frameMethods: Long[] = [];
  const frameLines = createGrowableInt32();
  const methods = new Map<Long, NamedRow>();
  const classes = new Map<Long, NamedRow>();
  const symbols = new Map<Long, FieldValue>();
  const strings = new Map<Long, FieldValue>();
  const threadStates = new Map<Long, FieldValue>();
  const values: FieldValue[] = [undefined, undefined];
  let entryCount = 0;

  function readPool(cursor: ByteCursor, layout: Layout, count: number): void {
    const { name } = layout;
    entryCount += count;
    checkCount('entries of pools', entryCount);
    const selection = selectFields(layout, FIELDS[name] ?? []);
    const isRead = Object.hasOwn(FIELDS, name);
    for (let entry = 0; entry < count; entry++) {
      const key = cursor.long();
      if (isRead) {
        readFields(cursor, selection, values);
        keep(name, key, values);
      } else if (name === CLASS.stackTrace) {
        stackTraces.set(key, readFrames(cursor, layout, frameMethods, frameLines));
      } else if (name === STRING_CLASS) strings.set(key, cursor.string());
      else skipValue(cursor, layout);
    }
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
    if (typeof value === 'string') return value;
    if (typeof value !== 'object') return '';
    const text = strings.get(value.stringKey);
    return typeof text === 'string' ? text : '';
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
    framesOf: (stackTrace) => stackTraces.get(stackTrace),
    methodOf: (frame) => frameMethods[frame],
    lineOf: (frame) => frameLines.at(frame),
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

/** A stack trace: its frames are values within it, and they are all that is wanted of it. */
function readFrames(
  cursor: ByteCursor,
  layout: Layout,
  methods: Long[],
  lines: GrowableInt32,
): FrameSpan {
  const start = methods.length;
  const values: FieldValue[] = [undefined, undefined];
  for (const field of layout.fields) {
    if (field.name !== 'frames' || !field.isArray || field.kind !== 'struct') {
      skipField(cursor, field, 0);
      continue;
    }
    const frame = frameSelection(field.layout());
    const count = cursor.count('the length of a stack');
    checkCount('frames of stack traces', methods.length + count);
    for (let i = 0; i < count; i++) {
      readFields(cursor, frame, values);
      const [method, line] = values;
      methods.push(typeof method === 'number' || typeof method === 'bigint' ? method : NO_METHOD);
      lines.push(typeof line === 'number' ? line : 0);
    }
  }
  return { start, end: methods.length };
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

/** A key that no pool has: theirs are not negative. */
const NO_METHOD = -1;
