/**
 * Decodes strings, and remembers the last thousands of them with their bytes. An agent sends the
 * same names every few seconds, and so do its neighbours: comparing bytes is three to five times
 * as fast as making a string of them. What is more, the same name is the same string object every
 * time, which a Map finds without hashing it again.
 *
 * Each string has one set of two places where it can be, so nothing has to be searched, evicted or
 * counted, and strings chosen by an enemy cost no more than ones that were never seen.
 */
export class StringCache {
  /** The bytes of each place, padded with what was there before. */
  private readonly words = new Int32Array(PLACES * WORDS_PER_PLACE);
  /** How many bytes count, and their hash; -1 for an empty place. */
  private readonly byteLengths = new Int32Array(PLACES).fill(-1);
  private readonly hashes = new Int32Array(PLACES);
  private readonly strings: string[] = new Array(PLACES).fill('');
  /** Of each set, which place was used last, 0 or 1: the other one is given away next. */
  private readonly lastUsed = new Uint8Array(PLACES / 2);

  /** The string between two offsets. Throws a TypeError when it is not UTF-8. */
  decode(bytes: Uint8Array, view: DataView, start: number, end: number): string {
    const byteLength = end - start;
    if (byteLength < 4 || byteLength > MAX_BYTES) return decoder.decode(bytes.subarray(start, end));

    // The last word overlaps the one before it, so that there is no rest of one to three bytes.
    const lastWord = end - 4;
    let hash = byteLength;
    for (let at = start; at < lastWord; at += 4) {
      hash = Math.imul(hash ^ view.getInt32(at, true), 0x9e3779b1);
      hash ^= hash >>> 15;
    }
    hash = Math.imul(hash ^ view.getInt32(lastWord, true), 0x85ebca6b);
    hash ^= hash >>> 13;

    const set = hash & (PLACES / 2 - 1);
    const recent = 2 * set + this.lastUsed[set];
    if (this.holds(recent, hash, view, start, end)) return this.strings[recent];
    const other = recent ^ 1;
    this.lastUsed[set] = other & 1;
    if (this.holds(other, hash, view, start, end)) return this.strings[other];

    const text = decoder.decode(bytes.subarray(start, end));
    this.put(other, text, hash, view, start, end);
    return text;
  }

  private holds(place: number, hash: number, view: DataView, start: number, end: number): boolean {
    if (this.hashes[place] !== hash || this.byteLengths[place] !== end - start) return false;
    const { words } = this;
    const lastWord = end - 4;
    let word = place * WORDS_PER_PLACE;
    for (let at = start; at < lastWord; at += 4) {
      if (words[word++] !== view.getInt32(at, true)) return false;
    }
    return words[word] === view.getInt32(lastWord, true);
  }

  private put(
    place: number,
    text: string,
    hash: number,
    view: DataView,
    start: number,
    end: number,
  ): void {
    this.strings[place] = text;
    this.hashes[place] = hash;
    this.byteLengths[place] = end - start;
    const lastWord = end - 4;
    let word = place * WORDS_PER_PLACE;
    for (let at = start; at < lastWord; at += 4) this.words[word++] = view.getInt32(at, true);
    this.words[word] = view.getInt32(lastWord, true);
  }
}

/** Enough for the names of some ten services; with their bytes 4 MiB, and as much for strings. */
const PLACES = 32_768;

/** Longer strings are rare, and decoding them is fast for each of their bytes. */
const MAX_BYTES = 128;
const WORDS_PER_PLACE = MAX_BYTES / 4;

/** A byte order mark is a character of a name like any other. */
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
