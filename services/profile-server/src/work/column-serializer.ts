import { Deserializer, Serializer } from 'node:v8';

declare module 'node:v8' {
  interface Serializer {
    /** Documented, and missing in the types: arrays go to `_writeHostObject`. */
    _setTreatArrayBufferViewsAsHostObjects(isOn: boolean): void;
  }
}

/**
 * Values with typed arrays in them as one run of bytes: the arrays as they lie in memory, each at a
 * multiple of 8, behind them the rest as V8 serializes it, with their places in it. Who reads it gets
 * windows on the run where V8 would make copies. What is one object on the way in is one on the way
 * out.
 *
 *     where the rest begins (uint32) · its size (uint32) · arrays · rest
 */
export function serializeColumns(
  value: unknown,
  claim: (sizeBytes: number) => Uint8Array<ArrayBuffer | SharedArrayBuffer>,
): Uint8Array<ArrayBuffer | SharedArrayBuffer> {
  const serializer = new ColumnSerializer();
  serializer.writeHeader();
  serializer.writeValue(value);
  const rest = serializer.releaseBuffer();
  const restAt = serializer.columnsEnd;
  const run = claim(restAt + rest.length);
  const head = new Uint32Array(run.buffer, run.byteOffset, HEAD_WORDS);
  head[0] = restAt;
  head[1] = rest.length;
  let at = HEAD_BYTES;
  for (const column of serializer.columns) {
    run.set(column, at);
    at = alignedUp(at + column.length);
  }
  run.set(rest, restAt);
  return run;
}

/** The reverse of {@link serializeColumns}. What comes out holds as long as the bytes do. */
export function deserializeColumns(run: Uint8Array): unknown {
  const [restAt, restBytes] = new Uint32Array(run.buffer, run.byteOffset, HEAD_WORDS);
  if (restAt === undefined || restBytes === undefined || restAt + restBytes > run.length) {
    throw new Error(`a run of ${run.length} bytes is not one of columns`);
  }
  const deserializer = new ColumnDeserializer(run, run.subarray(restAt, restAt + restBytes));
  deserializer.readHeader();
  return deserializer.readValue();
}

const HEAD_WORDS = 2;
const HEAD_BYTES = 8;
const ALIGNMENT_BYTES = 8;

type Column = Uint8Array | Int32Array | Uint32Array | Float64Array | BigInt64Array | BigUint64Array;
type ColumnKind = {
  readonly type: unknown;
  readonly cellBytes: number;
  readonly is: (column: ArrayBufferView) => column is Column;
  readonly window: (buffer: ArrayBufferLike, at: number, length: number) => Column;
};

function kindOf<T extends Column>(type: {
  new (buffer: ArrayBufferLike, at: number, length: number): T;
  readonly BYTES_PER_ELEMENT: number;
}): ColumnKind {
  return {
    type,
    cellBytes: type.BYTES_PER_ELEMENT,
    is: (column): column is T => column instanceof type,
    window: (buffer, at, length) => new type(buffer, at, length),
  };
}

/** The place of a kind is what is written: in the last bits of where a column is, a multiple of 8. */
const KINDS: readonly ColumnKind[] = [
  kindOf(Uint8Array),
  kindOf(Int32Array),
  kindOf(Uint32Array),
  kindOf(Float64Array),
  kindOf(BigInt64Array),
  kindOf(BigUint64Array),
];

/** Asking each kind whether an array is of it takes longer than all else that is done for the array. */
const PLACE_OF_TYPE: ReadonlyMap<unknown, number> = new Map(
  KINDS.map(({ type }, place) => [type, place]),
);

function placeOfKind(array: ArrayBufferView): number {
  // A subclass, such as Buffer, is not there.
  return PLACE_OF_TYPE.get(array.constructor) ?? KINDS.findIndex(({ is }) => is(array));
}

class ColumnSerializer extends Serializer {
  readonly columns: Uint8Array[] = [];
  columnsEnd = HEAD_BYTES;

  constructor() {
    super();
    this._setTreatArrayBufferViewsAsHostObjects(true);
  }

  /** Called by V8 for each array, the first time it meets it. */
  _writeHostObject(array: ArrayBufferView): void {
    const kind = placeOfKind(array);
    if (kind === -1) throw new Error(`no column is ${array.constructor.name}`);
    const { buffer, byteOffset, byteLength } = array;
    this.writeUint32(this.columnsEnd + kind);
    this.writeUint32(byteLength);
    this.columns.push(new Uint8Array(buffer, byteOffset, byteLength));
    this.columnsEnd = alignedUp(this.columnsEnd + byteLength);
  }
}

class ColumnDeserializer extends Deserializer {
  readonly #run: Uint8Array;

  constructor(run: Uint8Array, rest: Uint8Array) {
    super(rest);
    this.#run = run;
  }

  /** Called by V8 for each array. */
  _readHostObject(): Column {
    const placeAndKind = this.readUint32();
    const kind = KINDS[placeAndKind % ALIGNMENT_BYTES];
    const at = placeAndKind - (placeAndKind % ALIGNMENT_BYTES);
    const byteLength = this.readUint32();
    if (kind === undefined || at + byteLength > this.#run.length) {
      throw new Error(`a column at ${at} of ${this.#run.length} bytes`);
    }
    const { buffer, byteOffset } = this.#run;
    return kind.window(buffer, byteOffset + at, byteLength / kind.cellBytes);
  }
}

function alignedUp(bytes: number): number {
  return Math.ceil(bytes / ALIGNMENT_BYTES) * ALIGNMENT_BYTES;
}
