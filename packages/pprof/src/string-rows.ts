import { Int32Scratch } from './scratch-columns.ts';
import type { WireReader } from './wire-reader.ts';

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
   * are decoded together and cut out of one text: ten times as fast as one by one. The price is that
   * one of them keeps its neighbours in memory, {@link JOINED_MAX_BYTES} at most.
   */
  decode({ bytes }: WireReader, maxStringBytes: number): string[] {
    const { length } = this;
    const { cells } = this.spans;
    const strings: string[] = new Array(length);
    let firstRow = 0;
    let joinedBytes = 0;
    for (let row = 0; row < length; row++) {
      const end = cells[2 * row + 1];
      let start = cells[2 * row];
      if (end - start > maxStringBytes) {
        this.cutStrings++;
        start = nextCharacter(bytes, end - maxStringBytes);
      }
      if (joinedBytes + end - start > JOINED_MAX_BYTES) {
        this.cutOut(strings, firstRow, row, joinedBytes);
        firstRow = row;
        joinedBytes = 0;
      }
      if (end - start <= JOINED_MAX_BYTES && joinAscii(bytes, start, end, joinedBytes)) {
        cells[2 * row] = joinedBytes;
        joinedBytes += end - start;
        cells[2 * row + 1] = joinedBytes;
      } else {
        cells[2 * row + 1] = ALONE;
        strings[row] = this.decodeAlone(bytes.subarray(start, end));
      }
    }
    this.cutOut(strings, firstRow, length, joinedBytes);
    return strings;
  }

  /** Of some rows those that were joined, whose spans are places in the joined text now. */
  private cutOut(strings: string[], firstRow: number, endRow: number, joinedBytes: number): void {
    const text = decoder.decode(joined.subarray(0, joinedBytes));
    const { cells } = this.spans;
    for (let row = firstRow; row < endRow; row++) {
      const end = cells[2 * row + 1];
      if (end !== ALONE) strings[row] = text.slice(cells[2 * row], end);
    }
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

/** In the place of a span's end: the string was decoded by itself. */
const ALONE = -1;

/** The strings of most profiles, and no more than a few strings may hold for nothing. */
const JOINED_MAX_BYTES = 65_536;
const joined = new Uint8Array(JOINED_MAX_BYTES);

/** A byte order mark is a character of a name like any other. */
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Copies bytes behind those that are joined already. False when they are not ASCII. */
function joinAscii(bytes: Uint8Array, start: number, end: number, joinedBytes: number): boolean {
  let bits = 0;
  for (let from = start, to = joinedBytes; from < end; from++, to++) {
    const byte = bytes[from];
    joined[to] = byte;
    bits |= byte;
  }
  return bits < 0x80;
}

/** Where the first whole character begins, so that a cut does not make a good string a bad one. */
function nextCharacter(bytes: Uint8Array, offset: number): number {
  let at = offset;
  while (at < offset + 3 && (bytes[at] & 0xc0) === 0x80) at++;
  return at;
}
