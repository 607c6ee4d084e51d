import { arenaBytes, type ColumnArena } from './column-arena.ts';
import { lazyStrings } from './encoded-strings.ts';
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
  /** Of all strings, as far as they are not cut off. */
  private sumBytes = 0;

  clear(): void {
    this.length = 0;
    this.cutStrings = 0;
    this.sumBytes = 0;
    this.invalid = undefined;
    this.spans.trim();
  }

  get isFirstEmpty(): boolean {
    return this.length > 0 && this.spans.cells[0] === this.spans.cells[1];
  }

  /** Notes where a string stands; `finish` reads it. */
  read(wire: WireReader): void {
    const end = wire.spanEnd();
    const at = 2 * this.length++;
    const spans = this.spans.reserve(at + 2);
    spans[at] = wire.offset;
    spans[at + 1] = end;
    this.sumBytes += end - wire.offset;
    wire.offset = end;
  }

  /** Moves the starts of strings that are too long. To be called once, before `byteLength`. */
  cutLong({ bytes }: WireReader, maxStringBytes: number): void {
    if (this.sumBytes <= maxStringBytes) return;
    const { length } = this;
    const { cells } = this.spans;
    for (let row = 0; row < length; row++) {
      const start = cells[2 * row];
      const end = cells[2 * row + 1];
      if (end - start <= maxStringBytes) continue;
      this.cutStrings++;
      cells[2 * row] = nextCharacter(bytes, end - maxStringBytes);
      this.sumBytes -= cells[2 * row] - start;
    }
  }

  get byteLength(): number {
    return arenaBytes(4 * (this.length + 1), this.sumBytes + SLACK_BYTES);
  }

  /**
   * All strings in their order, to be decoded when they are asked for: nobody asks for most strings
   * of a profile on its way to a store. Those that are not in ASCII, few of them, are decoded at
   * once, to see whether they are UTF-8; one that is not is ''.
   */
  finish(wire: WireReader, arena: ColumnArena): readonly string[] {
    const { length } = this;
    const { cells } = this.spans;
    const start = arena.emptyInt32(length + 1);
    const all = arena.emptyUint8(this.sumBytes + SLACK_BYTES);
    const bytes = all.subarray(0, this.sumBytes);
    const from = wire.view;
    const room = new DataView(all.buffer, all.byteOffset, all.length);
    const strings: string[] = new Array(length);
    const lastEnd = wire.byteLength - SLACK_BYTES;
    let at = 0;
    start[0] = 0;
    for (let row = 0; row < length; row++) {
      const offset = cells[2 * row];
      const end = cells[2 * row + 1];
      const first = at;
      let bits = 0;
      at += end - offset;
      if (end <= lastEnd) {
        // By two words, the last of them whole: what is too much of it is the place of the next string.
        for (let i = offset, to = first; i < end; i += 2 * WORD_BYTES, to += 2 * WORD_BYTES) {
          const word = from.getInt32(i, true);
          const second = from.getInt32(i + WORD_BYTES, true);
          room.setInt32(to, word, true);
          room.setInt32(to + WORD_BYTES, second, true);
          bits |= word | second;
        }
        // Where what is too much had such a bit, the string is looked at by itself.
        if ((bits & NOT_ASCII) !== 0) bits = bitsOf(bytes, first, at);
      } else {
        bytes.set(wire.bytes.subarray(offset, end), first);
        bits = bitsOf(bytes, first, at);
      }
      start[row + 1] = at;
      if ((bits & NOT_ASCII) !== 0) strings[row] = this.decode(bytes.subarray(first, at));
    }
    return lazyStrings({ bytes, start }, strings);
  }

  private decode(bytes: Uint8Array): string {
    try {
      return decoder.decode(bytes);
    } catch {
      // A copy: what is read next may take the place of these bytes.
      this.invalid ??= bytes.slice();
      return '';
    }
  }
}

/** A byte order mark is a character of a name like any other. */
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

const WORD_BYTES = 4;
/** The highest bits of the bytes of a word. */
const NOT_ASCII = 0x80808080;
/** What the last two words of the last string may be longer. */
const SLACK_BYTES = 2 * WORD_BYTES - 1;

function bitsOf(bytes: Uint8Array, start: number, end: number): number {
  let bits = 0;
  for (let i = start; i < end; i++) bits |= bytes[i];
  return bits;
}

/** Where the first whole character begins, so that a cut does not make a good string a bad one. */
function nextCharacter(bytes: Uint8Array, offset: number): number {
  let at = offset;
  while (at < offset + 3 && (bytes[at] & 0xc0) === 0x80) at++;
  return at;
}
