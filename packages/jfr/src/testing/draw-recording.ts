/** A field as `name:class`, with `*` before a class that is pooled and `[]` behind one of an array. */
export type DrawnClass = { readonly id: number; readonly name: string; readonly fields: string };

export type DrawnChunk = {
  readonly classes?: readonly DrawnClass[];
  /** By the id of a class; an entry is its key and the bytes of its value. */
  readonly pools?: readonly (readonly [
    classId: number,
    entries: readonly (readonly [key: number | bigint, value: readonly number[]])[],
  ])[];
  /** A class and the bytes of its value. */
  readonly events?: readonly (readonly [classId: number, value: readonly number[]])[];
};

/** Ids of the classes that every drawn chunk has, unless it brings its own. */
export const ID = {
  boolean: 4,
  int: 10,
  long: 11,
  string: 20,
  thread: 22,
  class: 23,
  stackTrace: 26,
  frame: 27,
  method: 28,
  symbol: 30,
  threadState: 31,
  executionSample: 101,
  inNewTlab: 102,
  monitorEnter: 104,
  setting: 106,
  wallClockSample: 109,
} as const;

const CONTEXT = 'contextId:long spanId:long spanName:long';

export const CLASSES: readonly DrawnClass[] = [
  { id: ID.boolean, name: 'boolean', fields: '' },
  { id: ID.int, name: 'int', fields: '' },
  { id: ID.long, name: 'long', fields: '' },
  { id: ID.string, name: 'java.lang.String', fields: '' },
  { id: ID.thread, name: 'java.lang.Thread', fields: 'osName:java.lang.String' },
  { id: ID.class, name: 'java.lang.Class', fields: 'name:*jdk.types.Symbol modifiers:int' },
  {
    id: ID.stackTrace,
    name: 'jdk.types.StackTrace',
    fields: 'truncated:boolean frames:jdk.types.StackFrame[]',
  },
  {
    id: ID.frame,
    name: 'jdk.types.StackFrame',
    fields: 'method:*jdk.types.Method lineNumber:int bytecodeIndex:int',
  },
  {
    id: ID.method,
    name: 'jdk.types.Method',
    fields: 'type:*java.lang.Class name:*jdk.types.Symbol modifiers:int',
  },
  { id: ID.symbol, name: 'jdk.types.Symbol', fields: 'string:java.lang.String' },
  { id: ID.threadState, name: 'jdk.types.ThreadState', fields: 'name:java.lang.String' },
  {
    id: ID.executionSample,
    name: 'jdk.ExecutionSample',
    fields: `startTime:long stackTrace:*jdk.types.StackTrace state:*jdk.types.ThreadState ${CONTEXT}`,
  },
  {
    id: ID.inNewTlab,
    name: 'jdk.ObjectAllocationInNewTLAB',
    fields: 'startTime:long stackTrace:*jdk.types.StackTrace allocationSize:long tlabSize:long',
  },
  {
    id: ID.monitorEnter,
    name: 'jdk.JavaMonitorEnter',
    fields: 'startTime:long duration:long stackTrace:*jdk.types.StackTrace',
  },
  {
    id: ID.setting,
    name: 'jdk.ActiveSetting',
    fields: 'startTime:long name:java.lang.String value:java.lang.String',
  },
  {
    id: ID.wallClockSample,
    name: 'profiler.WallClockSample',
    fields: 'startTime:long stackTrace:*jdk.types.StackTrace samples:int',
  },
];

/** A number as recordings have it. */
export function long(value: number | bigint): readonly number[] {
  let left = BigInt.asUintN(64, BigInt(value));
  const bytes: number[] = [];
  while (bytes.length < 8 && left > 0x7fn) {
    bytes.push(Number(left & 0x7fn) | 0x80);
    left >>= 7n;
  }
  bytes.push(Number(left));
  return bytes;
}

/** A string in UTF-8. */
export function text(value: string): readonly number[] {
  const bytes = [...new TextEncoder().encode(value)];
  return [3, ...long(bytes.length), ...bytes];
}

/** Frames as method and line, the leaf first. */
export function stack(...frames: readonly (readonly [method: number, line: number])[]) {
  const values = frames.flatMap(([method, line]) => [...long(method), ...long(line), 0]);
  return [0, ...long(frames.length), ...values];
}

export const HEADER_BYTES = 68;

/** The bytes of one chunk: events, then pools, then metadata, as async-profiler writes them. */
export function drawChunk({ classes = CLASSES, pools = [], events = [] }: DrawnChunk): Uint8Array {
  const body = events.flatMap(([id, value]) => event(id, value));
  const poolsStart = HEADER_BYTES + body.length;
  const written = pools.flatMap(([id, entries]) => [
    ...long(id),
    ...long(entries.length),
    ...entries.flatMap(([key, value]) => [...long(key), ...value]),
  ]);
  body.push(...event(1, [0, 0, 0, 1, ...long(pools.length), ...written]));
  const metadataStart = HEADER_BYTES + body.length;
  body.push(...event(0, [0, 0, 0, ...metadata(classes)]));

  const chunk = new Uint8Array(HEADER_BYTES + body.length);
  chunk.set(body, HEADER_BYTES);
  const view = new DataView(chunk.buffer);
  view.setUint32(0, 0x464c5200);
  view.setUint16(4, 2);
  view.setBigInt64(8, BigInt(chunk.length));
  view.setBigInt64(16, BigInt(poolsStart));
  view.setBigInt64(24, BigInt(metadataStart));
  view.setBigInt64(56, 1_000_000_000n);
  view.setInt32(64, 1);
  return chunk;
}

/** A chunk with events, as bytes, before its own. */
export function withEvents(chunk: Uint8Array, events: Uint8Array): Uint8Array {
  const whole = new Uint8Array(chunk.length + events.length);
  whole.set(chunk.subarray(0, HEADER_BYTES));
  whole.set(events, HEADER_BYTES);
  whole.set(chunk.subarray(HEADER_BYTES), HEADER_BYTES + events.length);
  const view = new DataView(whole.buffer);
  view.setBigInt64(8, BigInt(whole.length));
  view.setBigInt64(24, view.getBigInt64(24) + BigInt(events.length));
  return whole;
}

/** Size, type and value. The size counts itself, and is written in four bytes, as it may be. */
function event(type: number, value: readonly number[]): number[] {
  const rest = [...long(type), ...value];
  const size = rest.length + 4;
  const padded = [size & 0x7f, (size >> 7) & 0x7f, (size >> 14) & 0x7f].map((byte) => byte | 0x80);
  return [...padded, size >> 21, ...rest];
}

type Element = {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: readonly Element[];
};

function metadata(classes: readonly DrawnClass[]): number[] {
  const idOf = new Map(classes.map(({ name, id }) => [name, id]));
  const elements = classes.map(
    ({ id, name, fields }): Element => ({
      name: 'class',
      attributes: { id: `${id}`, name },
      children: fields
        .split(' ')
        .filter((field) => field !== '')
        .map((field): Element => {
          const [fieldName = '', type = ''] = field.split(':');
          const className = type.replace('*', '').replace('[]', '');
          return {
            name: 'field',
            attributes: {
              name: fieldName,
              class: `${idOf.get(className) ?? className}`,
              ...(type.startsWith('*') ? { constantPool: 'true' } : {}),
              ...(type.endsWith('[]') ? { dimension: '1' } : {}),
            },
            children: [],
          };
        }),
    }),
  );
  const inner: Element = { name: 'metadata', attributes: {}, children: elements };
  const strings: string[] = [];
  const row = (value: string): readonly number[] => {
    const known = strings.indexOf(value);
    return long(known === -1 ? strings.push(value) - 1 : known);
  };
  const write = ({ name, attributes, children }: Element): readonly number[] => [
    ...row(name),
    ...long(Object.keys(attributes).length),
    ...Object.entries(attributes).flatMap(([key, value]) => [...row(key), ...row(value)]),
    ...long(children.length),
    ...children.flatMap(write),
  ];
  const tree = write({ name: 'root', attributes: {}, children: [inner] });
  return [...long(strings.length), ...strings.flatMap(text), ...tree];
}
