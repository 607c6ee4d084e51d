import { Int32Scratch } from './scratch-columns.ts';
import type { WireReader } from './wire-reader.ts';

/** Strings as UTF-8, one behind the other: string `i` is `bytes[start[i], start[i + 1])`. */
export type PprofTexts = {
  readonly bytes: Uint8Array;
  /** One cell more than there are strings. */
  readonly start: Int32Array;
};

/** The same strings, for whoever reads them and for whoever writes them down. */
export type DecodedStrings = { readonly strings: readonly string[]; readonly texts: PprofTexts };

/** The string table of one profile at a time. */
export class StringRows {
  length = 0;
  /** How many strings were too long and lost their beginning. */
  cutStrings = 0;
  /** The bytes of the first string that is not UTF-8. */
  invalid: Uint8Array | undefined;
  /** Where each string starts and ends. */
  private readonly spans = new Int32Scratch();

  clear(): void {
    this.length = 0;
    this.cutStrings = 0;
    this.invalid = undefined;
    this.spans.trim();
  }

  get isFirstEmpty(): boolean {
    return this.length > 0 && this.spans.cells[0] === this.spans.cells[1];
  }

  /** Notes where a string stands; `decode` reads it. */
  read(wire: WireReader): void {
    const end = wire.spanEnd();
    const at = 2 * this.length++;
    const spans = this.spans.reserve(at + 2);
    spans[at] = wire.offset;
    spans[at + 1] = end;
    wire.offset = end;
  }

  /**
   * All strings in their order; '' for those that are not UTF-8. Those in ASCII, nearly all of them,
   * are decoded with their neighbours and cut out of one text: ten times as fast as one by one. The
   * price is that one of them keeps its neighbours in memory, {@link JOINED_MAX_BYTES} at most.
   */
  decode(wire: WireReader, maxStringBytes: number): DecodedStrings {
    const { length } = this;
    const { cells } = this.spans;
    const texts = emptyTexts(length, this.cutLong(wire, maxStringBytes));
    const { bytes, start } = texts;
    const strings: string[] = new Array(length);
    let firstRow = 0;
    for (let row = 0; row < length; row++) {
      const at = start[row];
      const isAscii = copyBytes(wire.bytes, cells[2 * row], cells[2 * row + 1], bytes, at);
      const end = at + cells[2 * row + 1] - cells[2 * row];
      start[row + 1] = end;
      const isAlone = !isAscii || end - at > JOINED_MAX_BYTES;
      if (!isAlone && end - start[firstRow] <= JOINED_MAX_BYTES) continue;
      cutOut(strings, texts, firstRow, row);
      firstRow = row;
      if (!isAlone) continue;
      strings[row] = this.decodeAlone(bytes.subarray(at, end));
      firstRow = row + 1;
    }
    cutOut(strings, texts, firstRow, length);
    return { strings, texts };
  }

  /** Moves the starts of strings that are too long; answers the bytes of all that is left. */
  private cutLong({ bytes }: WireReader, maxStringBytes: number): number {
    const { length } = this;
    const { cells } = this.spans;
    let sumBytes = 0;
    for (let row = 0; row < length; row++) {
      const end = cells[2 * row + 1];
      if (end - cells[2 * row] > maxStringBytes) {
        this.cutStrings++;
        cells[2 * row] = nextCharacter(bytes, end - maxStringBytes);
      }
      sumBytes += end - cells[2 * row];
    }
    return sumBytes;
  }

  private decodeAlone(bytes: Uint8Array): string {
    try {
      return decoder.decode(bytes);
    } catch {
      this.invalid ??= bytes;
      return '';
    }
  }
}

/** The strings of most profiles, and no more than a few strings may hold for nothing. */
const JOINED_MAX_BYTES = 65_536;

/** A byte order mark is a character of a name like any other. */
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Room for some strings, in one buffer. */
function emptyTexts(length: number, sumBytes: number): PprofTexts {
  const startBytes = Int32Array.BYTES_PER_ELEMENT * (length + 1);
  const buffer = new ArrayBuffer(startBytes + sumBytes);
  return {
    start: new Int32Array(buffer, 0, length + 1),
    bytes: new Uint8Array(buffer, startBytes, sumBytes),
  };
}

/** Whether all of the bytes are ASCII. */
function copyBytes(
  from: Uint8Array,
  start: number,
  end: number,
  to: Uint8Array,
  at: number,
): boolean {
  let bits = 0;
  for (let offset = start, into = at; offset < end; offset++, into++) {
    const byte = from[offset];
    to[into] = byte;
    bits |= byte;
  }
  return bits < 0x80;
}

/** Decodes neighbours in ASCII: their characters are their bytes. */
function cutOut(
  strings: string[],
  { bytes, start }: PprofTexts,
  firstRow: number,
  endRow: number,
): void {
  if (firstRow === endRow) return;
  const first = start[firstRow];
  const text = decoder.decode(bytes.subarray(first, start[endRow]));
  for (let row = firstRow; row < endRow; row++) {
    strings[row] = text.slice(start[row] - first, start[row + 1] - first);
  }
}

/** Where the first whole character begins, so that a cut does not make a good string a bad one. */
function nextCharacter(bytes: Uint8Array, offset: number): number {
  let at = offset;
  while (at < offset + 3 && (bytes[at] & 0xc0) === 0x80) at++;
  return at;
}
