import { Int32Scratch } from './scratch-columns.ts';
import { StringCache } from './string-cache.ts';
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

  /** All strings in their order; '' for those that are not UTF-8. */
  decode({ bytes, view }: WireReader, maxStringBytes: number): string[] {
    const { length } = this;
    const { cells } = this.spans;
    const strings: string[] = new Array(length);
    for (let row = 0; row < length; row++) {
      const end = cells[2 * row + 1];
      let start = cells[2 * row];
      if (end - start > maxStringBytes) {
        this.cutStrings++;
        start = nextCharacter(bytes, end - maxStringBytes);
      }
      strings[row] = start === end ? '' : this.decodeOne(bytes, view, start, end);
    }
    return strings;
  }

  private decodeOne(bytes: Uint8Array, view: DataView, start: number, end: number): string {
    try {
      return cache.decode(bytes, view, start, end);
    } catch {
      this.invalid ??= bytes.subarray(start, end);
      return '';
    }
  }
}

const cache = new StringCache();

/** Where the first whole character begins, so that a cut does not make a good string a bad one. */
function nextCharacter(bytes: Uint8Array, offset: number): number {
  let at = offset;
  while (at < offset + 3 && (bytes[at] & 0xc0) === 0x80) at++;
  return at;
}
