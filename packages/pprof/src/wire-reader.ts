/** The wire types of the protobuf encoding. Groups (3 and 4) are not in proto3 and are refused. */
export const WIRE = { varint: 0, fixed64: 1, bytes: 2, fixed32: 5 } as const;

/** What {@link WireReader.index} answers for a number that no index can have. */
export const NO_INDEX = -1;

/** Bytes that are not protobuf. Thrown by {@link WireReader} alone, caught by whoever reads with it. */
export class MalformedWire extends Error {
  override readonly name = 'MalformedWire';
}

/**
 * A cursor over protobuf bytes. Its methods read at `offset`, move it, and never past `end`.
 *
 * 64-bit numbers come as two 32-bit halves in `low` and `high` rather than as a bigint: an
 * allocation for each number is what makes generated code slow here. The encoding is described in
 * https://protobuf.dev/programming-guides/encoding/.
 */
export class WireReader {
  readonly bytes: Uint8Array;
  readonly byteLength: number;
  /** The same bytes, for whoever takes four at a time. */
  readonly view: DataView;
  offset = 0;
  end: number;
  /** The lower 32 bits of what `varint64` read, as a signed integer. */
  low = 0;
  /** The upper 32 bits of what `varint64` read, as a signed integer. */
  high = 0;

  constructor(bytes: Uint8Array) {
    // A view of our own: a Buffer is another hidden class, and code that has seen both is slower.
    this.bytes = new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.length);
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    this.byteLength = bytes.length;
    this.end = bytes.length;
  }

  /** The next tag: field number × 8 + wire type. */
  tag(): number {
    const { offset } = this;
    if (offset < this.end) {
      const byte = this.bytes[offset];
      if (byte < 0x80 && byte >= 8) {
        this.offset = offset + 1;
        return byte;
      }
    }
    this.varint64();
    if (this.high !== 0 || this.low >>> 3 === 0) {
      throw new MalformedWire(`illegal tag at byte ${offset}`);
    }
    return this.low >>> 0;
  }

  /** Reads a varint of up to 64 bits into `low` and `high`. */
  varint64(): void {
    const { bytes, end } = this;
    let { offset } = this;
    let low = 0;
    let high = 0;
    for (let shift = 0; shift < 70; shift += 7) {
      if (offset >= end) throw new MalformedWire(`a number is cut off at byte ${end}`);
      const byte = bytes[offset++];
      if (shift < 28) {
        low |= (byte & 0x7f) << shift;
      } else if (shift === 28) {
        low |= byte << 28;
        high = (byte & 0x7f) >> 4;
      } else {
        high |= (byte & 0x7f) << (shift - 32);
      }
      if (byte < 0x80) {
        this.offset = offset;
        this.low = low;
        this.high = high;
        return;
      }
    }
    throw new MalformedWire(`the number before byte ${offset} has more than 64 bits`);
  }

  /**
   * A number that is an index, a length or a small id; {@link NO_INDEX} past 31 bits, and then the
   * number is in `low` and `high`. In a message that ends within a number this reads the bytes
   * behind it: `checkEnd` finds out, so that it need not be asked here for each number.
   */
  index(): number {
    const { bytes, offset } = this;
    if (offset + 4 <= this.byteLength) {
      const first = bytes[offset];
      if (first < 0x80) {
        this.offset = offset + 1;
        return first;
      }
      const second = bytes[offset + 1];
      if (second < 0x80) {
        this.offset = offset + 2;
        return (first & 0x7f) | (second << 7);
      }
      const third = bytes[offset + 2];
      if (third < 0x80) {
        this.offset = offset + 3;
        return (first & 0x7f) | ((second & 0x7f) << 7) | (third << 14);
      }
      const fourth = bytes[offset + 3];
      if (fourth < 0x80) {
        this.offset = offset + 4;
        return (first & 0x7f) | ((second & 0x7f) << 7) | ((third & 0x7f) << 14) | (fourth << 21);
      }
    }
    this.varint64();
    return this.high === 0 && this.low >= 0 ? this.low : NO_INDEX;
  }

  /** Reads a number that is small nearly always, as `index` does, into `low` and `high`. */
  id(): void {
    const small = this.index();
    if (small === NO_INDEX) return;
    this.low = small;
    this.high = 0;
  }

  /** A line number; 0 (unknown) when it does not fit a column of 32-bit integers. */
  int32(): number {
    const small = this.index();
    if (small !== NO_INDEX) return small;
    return this.high === -1 && this.low < 0 ? this.low : 0;
  }

  bool(): boolean {
    this.varint64();
    return (this.low | this.high) !== 0;
  }

  int64(): bigint {
    this.varint64();
    return (BigInt(this.high) << 32n) | BigInt(this.low >>> 0);
  }

  /** Reads the length of a string, a message or a packed field; answers where it ends. */
  spanEnd(): number {
    const length = this.index();
    if (length === NO_INDEX || length > this.end - this.offset) {
      throw new MalformedWire(`a field at byte ${this.offset} reaches past byte ${this.end}`);
    }
    return this.offset + length;
  }

  /** Enters a message: until `leave`, nothing is read past its end. Answers the end outside. */
  enter(): number {
    const outerEnd = this.end;
    this.end = this.spanEnd();
    return outerEnd;
  }

  leave(outerEnd: number): void {
    this.checkEnd();
    this.end = outerEnd;
  }

  /** To be called where a message has been read: its last field ends where it does. */
  checkEnd(): void {
    if (this.offset !== this.end) {
      throw new MalformedWire(`a field before byte ${this.offset} reaches past byte ${this.end}`);
    }
  }

  /** Passes over the value of a field that nobody asked for. */
  skip(tag: number): void {
    switch (tag & 7) {
      case WIRE.varint:
        this.varint64();
        return;
      case WIRE.fixed64:
        this.advance(8);
        return;
      case WIRE.bytes:
        this.offset = this.spanEnd();
        return;
      case WIRE.fixed32:
        this.advance(4);
        return;
      default:
        throw new MalformedWire(
          `wire type ${tag & 7} of field ${tag >>> 3} before byte ${this.offset}`,
        );
    }
  }

  /** The way out of a `switch` over tags: an unknown field is skipped, a known one is misspelt. */
  skipUnknown(tag: number, lastKnownField: number): void {
    if (tag >>> 3 <= lastKnownField) {
      throw new MalformedWire(
        `wire type ${tag & 7} is not that of field ${tag >>> 3} before byte ${this.offset}`,
      );
    }
    this.skip(tag);
  }

  private advance(count: number): void {
    if (count > this.end - this.offset) {
      throw new MalformedWire(`a field at byte ${this.offset} reaches past byte ${this.end}`);
    }
    this.offset += count;
  }
}
