import { MalformedRecording } from './malformed-recording.ts';

/** A 64-bit number of a recording: a bigint only where a double would not be exact. */
export type Long = number | bigint;

export const LONG_MAX_BYTES = 9;

/** A text that stands in the pool of strings, under this key. */
export type StringRef = { readonly stringKey: Long };

/** A text as it stands in the recording. It is decoded when it is asked for: most never are. */
export class RecordedText {
  /** Where its encoding stands. */
  private readonly start: number;
  private readonly cursor: ByteCursor;
  private decoded: string | undefined;

  constructor(cursor: ByteCursor, start: number) {
    this.cursor = cursor;
    this.start = start;
  }

  text(): string {
    this.decoded ??= this.cursor.textAt(this.start);
    return this.decoded;
  }
}

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

  /** Another cursor, at the same place and with the same end. */
  copy(): ByteCursor {
    return new ByteCursor(this.bytes, this.offset, this.end);
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

  /** Passes over a number. */
  skipLong(): void {
    const { bytes, offset } = this;
    const longest = offset + LONG_MAX_BYTES;
    const last = Math.min(longest, this.end);
    for (let at = offset; at < last; at++) {
      if (bytes[at] < 0x80) {
        this.offset = at + 1;
        return;
      }
    }
    if (last !== longest) throw cutOff(this.end);
    this.offset = longest;
  }

  /** Passes over numbers, most of which are a byte or two: of a stack's frames there are hundreds. */
  skipLongs(count: number): void {
    const { bytes, end } = this;
    let at = this.offset;
    for (let left = count; left > 0; left--) {
      const longest = at + LONG_MAX_BYTES;
      for (;;) {
        if (at === end) throw cutOff(end);
        if (bytes[at++] < 0x80 || at === longest) break;
      }
    }
    this.offset = at;
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
  string(): RecordedText | StringRef | '' {
    const start = this.offset;
    const encoding = this.byte();
    if (encoding === STRING.pooled) return { stringKey: this.long() };
    this.offset = start;
    this.skipString();
    return encoding === STRING.null || encoding === STRING.empty
      ? ''
      : new RecordedText(this, start);
  }

  skipString(): void {
    const encoding = this.byte();
    switch (encoding) {
      case STRING.null:
      case STRING.empty:
        return;
      case STRING.pooled:
        this.skipLong();
        return;
      case STRING.utf8:
      case STRING.latin1:
        this.skip(this.count('a length'));
        return;
      case STRING.utf16: {
        const length = this.count('a length');
        for (let i = 0; i < length; i++) this.skipLong();
        return;
      }
      default:
        throw new MalformedRecording(`string encoding ${encoding} before byte ${this.offset}`);
    }
  }

  /** The text whose encoding stands at `start`, and which was passed over before. */
  textAt(start: number): string {
    const { bytes } = this;
    const cursor = new ByteCursor(bytes, start, bytes.length);
    const encoding = cursor.byte();
    const length = cursor.count('a length');
    if (encoding === STRING.utf8 || encoding === STRING.latin1) {
      const decoder = encoding === STRING.utf8 ? UTF8 : LATIN1;
      return decoder.decode(bytes.subarray(cursor.offset, cursor.offset + length));
    }
    const units: string[] = [];
    for (let i = 0; i < length; i++) {
      units.push(String.fromCharCode(Number(cursor.long()) & 0xffff));
    }
    return units.join('');
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
