import { isUtf8 } from 'node:buffer';
import { type DescMessage, fromBinary, type MessageShape } from '@bufbuild/protobuf';
import { MalformedWire, WireReader } from '@emberscope/pprof';
import { countParts, ELEMENT_PARTS, LONG_ELEMENT_PARTS } from './count-parts.ts';

/** What a message costs that generated code builds, in the parts that are built here. */
const GENERATED_WEIGHT = 2;

export class TooManyParts extends RangeError {
  override readonly name = 'TooManyParts';

  constructor(limit: number) {
    const what = 'messages, fields and elements of lists, four of these counted as one';
    super(`more than ${limit} parts in one export (${what}), limit: ${limit}`);
  }
}

/**
 * Reads the values of an export's fields and counts its parts, as `countParts` does: both in one pass,
 * and nothing is built of a message once there are too many.
 */
export class ExportWire extends WireReader {
  private parts = 0;
  private readonly mostParts: number;

  constructor(bytes: Uint8Array, mostParts: number) {
    super(bytes);
    this.mostParts = mostParts;
  }

  count(parts: number): void {
    this.parts += parts;
    if (this.parts > this.mostParts) throw new TooManyParts(this.mostParts);
  }

  /** The next tag of a message, which counts; 0 at its end. */
  nextTag(): number {
    if (this.offset >= this.end) return 0;
    this.count(1);
    return this.tag();
  }

  /** As protobuf has it for numbers of 32 bits: of a longer one the upper half is lost. */
  low32(): number {
    this.id();
    return this.low;
  }

  uint64(): bigint {
    this.id();
    const low = BigInt(this.low >>> 0);
    return this.high === 0 ? low : (BigInt(this.high >>> 0) << 32n) | low;
  }

  signed64(): bigint {
    return BigInt.asIntN(64, this.uint64());
  }

  fixed64(tag: number): bigint {
    const { offset } = this;
    this.skip(tag);
    return this.view.getBigUint64(offset, true);
  }

  /** The elements of a packed list, behind those that are there. */
  packed32(list: number[]): number[] {
    const outerEnd = this.enter();
    while (this.offset < this.end) {
      this.count(ELEMENT_PARTS);
      list.push(this.low32());
    }
    this.leave(outerEnd);
    return list;
  }

  packed64(list: bigint[]): bigint[] {
    const outerEnd = this.enter();
    while (this.offset < this.end) {
      this.count(LONG_ELEMENT_PARTS);
      list.push(this.signed64());
    }
    this.leave(outerEnd);
    return list;
  }

  /** How many numbers of 8 bytes a packed list has. */
  packedFixed64(): number {
    const start = this.offset;
    const end = this.spanEnd();
    const count = (end - this.offset) / 8;
    if (!Number.isInteger(count)) {
      throw new MalformedWire(
        `a list at byte ${start} has ${end - this.offset} bytes, not times 8`,
      );
    }
    this.offset = end;
    this.count(count * LONG_ELEMENT_PARTS);
    return count;
  }

  /** Passes over a string; where it starts. It ends where the reader stands. */
  text(): number {
    const end = this.spanEnd();
    const start = this.offset;
    if (!isUtf8(this.bytes.subarray(start, end))) {
      throw new MalformedWire(`the string at byte ${start} is not UTF-8`);
    }
    this.offset = end;
    return start;
  }

  /** Bytes, as a window. */
  window(): Uint8Array {
    const end = this.spanEnd();
    const window = this.bytes.subarray(this.offset, end);
    this.offset = end;
    return window;
  }

  /** A message that comes in several windows is what they are in a row: so protobuf merges them. */
  generated<Schema extends DescMessage>(
    schema: Schema,
    windows: readonly Uint8Array[],
  ): MessageShape<Schema> | undefined {
    const [first] = windows;
    if (first === undefined) return undefined;
    const bytes = windows.length === 1 ? first : Buffer.concat(windows);
    const left = (this.mostParts - this.parts) / GENERATED_WEIGHT;
    this.count(GENERATED_WEIGHT * countParts(schema, bytes, left));
    return fromBinary(schema, bytes, { readUnknownFields: false });
  }
}

/** The list of every field that has none: one for each would be most of what an export takes. */
export const NONE: never[] = [];

/** A list that may be added to. */
export function listIn<T>(list: T[]): T[] {
  return list === NONE ? [] : list;
}

export function withItem<T>(list: T[], item: T): T[] {
  const longer = listIn(list);
  longer.push(item);
  return longer;
}
