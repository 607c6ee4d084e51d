/** A run of fields whose size is known before it is written. */
export type Section = {
  readonly byteLength: number;
  write(wire: WireWriter): void;
};

/**
 * A cursor that writes protobuf into bytes of the right size: who uses it has added the sizes up.
 * Numbers are below 2^32 and not negative, or come in two halves as in `WireReader`.
 */
export class WireWriter {
  readonly bytes: Uint8Array<ArrayBuffer>;
  offset = 0;

  constructor(byteLength: number) {
    this.bytes = new Uint8Array(byteLength);
  }

  /** A tag, which is below 128 for fields 1 to 15. */
  tag(tag: number): void {
    this.bytes[this.offset++] = tag;
  }

  varint(value: number): void {
    const { bytes } = this;
    let { offset } = this;
    let rest = value;
    while (rest > 0x7f) {
      bytes[offset++] = (rest & 0x7f) | 0x80;
      rest >>>= 7;
    }
    bytes[offset++] = rest;
    this.offset = offset;
  }

  varintHalves(low: number, high: number): void {
    const { bytes } = this;
    let lowRest = low >>> 0;
    let highRest = high >>> 0;
    while (highRest !== 0) {
      bytes[this.offset++] = (lowRest & 0x7f) | 0x80;
      lowRest = ((lowRest >>> 7) | (highRest << 25)) >>> 0;
      highRest >>>= 7;
    }
    this.varint(lowRest);
  }

  /** A field of a number; nothing for 0, which is what an absent field means. */
  field(tag: number, value: number): void {
    if (value === 0) return;
    this.tag(tag);
    this.varint(value);
  }

  fieldHalves(tag: number, low: number, high: number): void {
    if ((low | high) === 0) return;
    this.tag(tag);
    this.varintHalves(low, high);
  }

  /** The tag and the length of a message, a string or a packed field, which comes next. */
  span(tag: number, byteLength: number): void {
    this.tag(tag);
    this.varint(byteLength);
  }

  copy(source: Uint8Array, start: number, end: number): void {
    if (end - start > LONG_COPY_BYTES) {
      this.bytes.set(source.subarray(start, end), this.offset);
      this.offset += end - start;
      return;
    }
    const { bytes } = this;
    let { offset } = this;
    for (let at = start; at < end; at++) bytes[offset++] = source[at];
    this.offset = offset;
  }

  /** The bytes, which must all have been written. */
  finish(): Uint8Array<ArrayBuffer> {
    if (this.offset !== this.bytes.length) {
      throw new RangeError(`${this.offset} bytes written of ${this.bytes.length} counted`);
    }
    return this.bytes;
  }
}

/** From here on a view costs less than a loop. */
const LONG_COPY_BYTES = 64;

export function varintBytes(value: number): number {
  if (value < 0x80) return 1;
  if (value < 0x4000) return 2;
  if (value < 0x20_0000) return 3;
  return value < 0x1000_0000 ? 4 : 5;
}

export function varintHalvesBytes(low: number, high: number): number {
  if (high === 0) return varintBytes(low >>> 0);
  return Math.ceil((64 - Math.clz32(high)) / 7);
}

/** The bytes of a field with its tag of one byte; 0 for a field that is left out. */
export function fieldBytes(value: number): number {
  return value === 0 ? 0 : 1 + varintBytes(value);
}

export function fieldHalvesBytes(low: number, high: number): number {
  return (low | high) === 0 ? 0 : 1 + varintHalvesBytes(low, high);
}

/** The bytes of a message, a string or a packed field with tag and length. */
export function spanBytes(byteLength: number): number {
  return 1 + varintBytes(byteLength) + byteLength;
}
