/**
 * Typed arrays, counts and a text as one run of bytes: the arrays as they lie in memory, each at a
 * multiple of 8. Who reads it gets windows on the run, in the order in which they were written. V8's
 * serializer would call back for each array and write the names of all properties: it took as long as
 * a tenth of reading the profile.
 *
 *     words of the head (uint32) · where the text begins · its bytes · head · arrays · text
 *
 * In the head an array is two words, its place with its kind in the last bits, and its bytes; a count
 * is one.
 */
export type ColumnRun = Uint8Array<ArrayBuffer | SharedArrayBuffer>;

export type Column = Uint8Array | Int32Array | Float64Array | BigInt64Array | BigUint64Array;

const FIXED_WORDS = 3;
const WORD_BYTES = 4;
const ALIGNMENT_BYTES = 8;

const KIND = { uint8: 0, int32: 1, float64: 2, bigInt64: 3, bigUint64: 4 } as const;

export class ColumnRunWriter {
  private readonly columns: Column[] = [];
  private readonly kinds: number[] = [];
  /** An array is its number here, below 0, until its place is known. */
  private readonly head: number[] = [];

  count(value: number): void {
    this.head.push(value);
  }

  column(column: Column): void {
    this.kinds.push(kindOf(column));
    this.columns.push(column);
    this.head.push(-this.columns.length);
  }

  /** All that was given, in what `claim` answers: bytes at a multiple of 8. */
  finish(text: string, claim: (sizeBytes: number) => ColumnRun): ColumnRun {
    const { columns, kinds } = this;
    const headWords = FIXED_WORDS + this.head.length + columns.length;
    const columnsAt = alignedUp(WORD_BYTES * headWords);
    let textAt = columnsAt;
    for (const { byteLength } of columns) textAt += alignedUp(byteLength);
    const textBytes = Buffer.from(text);
    const run = claim(textAt + textBytes.length);

    const words = new Uint32Array(run.buffer, run.byteOffset, headWords);
    words[0] = headWords;
    words[1] = textAt;
    words[2] = textBytes.length;
    let at = columnsAt;
    let word = FIXED_WORDS;
    for (const value of this.head) {
      if (value >= 0) {
        words[word++] = value;
        continue;
      }
      const column = columns[-value - 1];
      const kind = kinds[-value - 1];
      if (column === undefined || kind === undefined) throw new Error('a head without its column');
      const { buffer, byteOffset, byteLength } = column;
      words[word++] = at + kind;
      words[word++] = byteLength;
      run.set(new Uint8Array(buffer, byteOffset, byteLength), at);
      at += alignedUp(byteLength);
    }
    run.set(textBytes, textAt);
    return run;
  }
}

/** Reads what {@link ColumnRunWriter} wrote; what it answers holds as long as the run does. */
export class ColumnRunReader {
  private readonly run: Uint8Array;
  private readonly head: Uint32Array;
  private word = FIXED_WORDS;

  constructor(run: Uint8Array) {
    this.run = run;
    const whole = new Uint32Array(run.buffer, run.byteOffset, run.length >>> 2);
    const [headWords = 0, textAt = 0, textBytes = 0] = whole;
    const isRun = headWords >= FIXED_WORDS && headWords <= whole.length;
    if (!isRun || textAt + textBytes > run.length) {
      throw new Error(`${run.length} bytes are not a run of columns`);
    }
    this.head = whole.subarray(0, headWords);
  }

  text(): string {
    const { buffer, byteOffset } = this.run;
    return Buffer.from(buffer, byteOffset + (this.head[1] ?? 0), this.head[2]).toString();
  }

  count(): number {
    const value = this.head[this.word++];
    if (value === undefined) throw new Error('a run of columns ends too early');
    return value;
  }

  uint8(): Uint8Array {
    return new Uint8Array(this.run.buffer, this.place(KIND.uint8), this.count());
  }

  int32(): Int32Array {
    return new Int32Array(this.run.buffer, this.place(KIND.int32), this.count() / 4);
  }

  bigUint64(): BigUint64Array {
    return new BigUint64Array(this.run.buffer, this.place(KIND.bigUint64), this.count() / 8);
  }

  /** Either kind that 64-bit integers are in. */
  int64(): Float64Array | BigInt64Array {
    const { buffer } = this.run;
    const kind = (this.head[this.word] ?? 0) % ALIGNMENT_BYTES;
    return kind === KIND.bigInt64
      ? new BigInt64Array(buffer, this.place(kind), this.count() / 8)
      : new Float64Array(buffer, this.place(KIND.float64), this.count() / 8);
  }

  /** Where the next column is in the buffer of the run. */
  private place(expected: number): number {
    const placeAndKind = this.count();
    const kind = placeAndKind % ALIGNMENT_BYTES;
    if (kind !== expected) throw new Error(`a column of kind ${kind}, not ${expected}`);
    return this.run.byteOffset + placeAndKind - kind;
  }
}

/** By its constructor: asking each kind whether an array is of it takes longer than all the rest. */
const KIND_OF: ReadonlyMap<unknown, number> = new Map<unknown, number>([
  [Uint8Array, KIND.uint8],
  [Buffer, KIND.uint8],
  [Int32Array, KIND.int32],
  [Float64Array, KIND.float64],
  [BigInt64Array, KIND.bigInt64],
  [BigUint64Array, KIND.bigUint64],
]);

function kindOf(column: Column): number {
  const kind = KIND_OF.get(column.constructor);
  if (kind === undefined) throw new Error(`no column is ${column.constructor.name}`);
  return kind;
}

function alignedUp(bytes: number): number {
  return (bytes + ALIGNMENT_BYTES - 1) & -ALIGNMENT_BYTES;
}
