import { MalformedRecording } from './malformed-recording.ts';

/** A 64-bit number of a recording: a bigint only where a double would not be exact. */
export type Long = number | bigint;

/** A text that stands in the pool of strings, under this key. */
export type StringRef = { readonly stringKey: Long };

/**
 * A cursor over the bytes of a recording: its methods read at `offset`, move it, and never past
 * `end`. Numbers of events are little-endian base 128 of at most nine bytes, of which the ninth has
 * eight bits; those of a chunk's header are big-endian.
 */
export class ByteCursor {
  readonly bytes: Uint8Array;
  offset: number;
  end: number;
  private readonly view: DataView;

  constructor(bytes: Uint8Array, offset: number, end: number) {
    this.bytes = bytes;
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.offset = offset;
    this.end = end;
  }

  byte(): number {
    if (this.offset >= this.end) throw cutOff(this.end);
    return this.bytes[this.offset++];
  }

  /** A header's 64-bit number. */
  fixed64(): Long {
    const at = this.advance(8);
    return longOf(this.view.getInt32(at), this.view.getInt32(at + 4));
  }

  long(): Long {
    const first = this.byte();
    if (first < 0x80) return first;
    let low = first & 0x7f;
    let high = 0;
    for (let shift = 7; ; shift += 7) {
      const byte = this.byte();
      const isLast = shift === LAST_SHIFT;
      const bits = isLast ? byte : byte & 0x7f;
      if (shift < 28) low |= bits << shift;
      else if (shift === 28) {
        low |= bits << 28;
        high = bits >>> 4;
      } else high |= bits << (shift - 32);
      if (byte < 0x80 || isLast) return longOf(high, low);
    }
  }

  /** A size or a count: of things that take a byte each at least, so no more than bytes are left. */
  count(what: string): number {
    const at = this.offset;
    const count = this.long();
    if (typeof count === 'number' && count >= 0 && count <= this.end - this.offset) return count;
    throw new MalformedRecording(
      `${what} at byte ${at}: ${count}, where ${this.end - this.offset} bytes are left`,
    );
  }

  /** Reads the size of an event, which counts from here on; answers where the event ends. */
  eventEnd(): number {
    const start = this.offset;
    const sizeBytes = this.long();
    const end = typeof sizeBytes === 'number' ? start + sizeBytes : Number.POSITIVE_INFINITY;
    // Size and type take a byte each.
    if (end >= start + 2 && end <= this.end) return end;
    throw new MalformedRecording(
      `the event at byte ${start} has ${sizeBytes} bytes, where ${this.end - start} are left`,
    );
  }

  skip(byteCount: number): void {
    this.advance(byteCount);
  }

  /** A string in one of its six encodings; '' for null. */
  string(): string | StringRef {
    const encoding = this.byte();
    switch (encoding) {
      case STRING.null:
      case STRING.empty:
        return '';
      case STRING.pooled:
        return { stringKey: this.long() };
      case STRING.utf8:
        return UTF8.decode(this.span());
      case STRING.latin1:
        return LATIN1.decode(this.span());
      case STRING.utf16: {
        const length = this.count('a length');
        let text = '';
        for (let i = 0; i < length; i++) text += String.fromCharCode(Number(this.long()) & 0xffff);
        return text;
      }
      default:
        throw new MalformedRecording(`string encoding ${encoding} before byte ${this.offset}`);
    }
  }

  skipString(): void {
    const encoding = this.bytes[this.offset];
    if (encoding === STRING.utf8 || encoding === STRING.latin1) {
      this.offset++;
      this.span();
    } else this.string();
  }

  private span(): Uint8Array {
    const length = this.count('a length');
    const start = this.advance(length);
    return this.bytes.subarray(start, start + length);
  }

  /** Answers where the bytes begin that were passed over. */
  private advance(byteCount: number): number {
    const at = this.offset;
    if (byteCount > this.end - at) throw cutOff(this.end);
    this.offset = at + byteCount;
    return at;
  }
}

const STRING = { null: 0, empty: 1, pooled: 2, utf8: 3, utf16: 4, latin1: 5 } as const;
/** Of the ninth byte. */
const LAST_SHIFT = 56;
const UTF8 = new TextDecoder();
/** ISO-8859-1 by its name, Windows-1252 by the rules of the web: they differ in control characters. */
const LATIN1 = new TextDecoder('latin1');

function longOf(high: number, low: number): Long {
  const number = (high | 0) * 0x1_0000_0000 + (low >>> 0);
  return Number.isSafeInteger(number) ? number : (BigInt(high | 0) << 32n) | BigInt(low >>> 0);
}

function cutOff(end: number): MalformedRecording {
  return new MalformedRecording(`unexpected EOF: something reaches past byte ${end}`);
}
