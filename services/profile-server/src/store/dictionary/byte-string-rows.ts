import type { StringIndex } from '@emberscope/profile';
import type { EncodedTexts } from './encoded-texts.ts';
import { FIND_BLOCK, NOT_FOUND } from './find-block.ts';
import { growableInt32 } from './growable-column.ts';
import { createHashSlots, finishHash, mixHash, NO_ROW } from './hash-slots.ts';
import { ARRAY_BYTES, POINTER_BYTES, stringBytes } from './heap-sizes.ts';
import type { StringRows } from './string-rows.ts';

/**
 * Strings, each distinct one once, found by their UTF-8: a profile's strings that are known already,
 * and nearly all are, never become strings at all.
 */
export type ByteStringRows = Required<StringRows>;

const INITIAL_BYTES = 256;
const UTF8_BYTES_PER_UNIT = 3;
const WORD_BYTES = 4;
/** What one long text takes is not kept for all that come. */
const SCRATCH_MAX_BYTES = 64 * 1024;

/** Differs from process to process: nobody shall be able to send strings that share one slot. */
const SEED = (Math.random() * 0x1_0000_0000) | 0;

/** Of a block of texts; one for all tables of a thread. */
const hashes = new Int32Array(FIND_BLOCK);
const firstRows = new Int32Array(FIND_BLOCK);
const firstBytes = new Int32Array(FIND_BLOCK);
/** No byte. */
const OTHER_LENGTH = -1;

/** For one text at a time, of whichever table of the thread. */
let scratch = new Uint8Array(1024);
let scratchWords = wordsOf(scratch);

const encoder = new TextEncoder();
/** A mark of byte order is a character like others: without it two strings would be one. */
const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

export function createByteStringRows(): ByteStringRows {
  let bytes = new Uint8Array(INITIAL_BYTES);
  /** The same memory, to be read four bytes at a time; so are all that end in `Words`. */
  let ownWords = wordsOf(bytes);
  let byteCount = 0;
  const ends = growableInt32();
  /** Made when they are asked for: only those that a record has to tell. */
  const strings: string[] = [];
  let textBytes = 0;
  const slots = createHashSlots((row) => hashOf(ownWords, startOf(row), ends.at(row)));

  function startOf(row: number): number {
    return row === 0 ? 0 : ends.at(row - 1);
  }

  function isRow(row: number, from: DataView, start: number, end: number): boolean {
    const first = startOf(row);
    const isAsLong = ends.at(row) - first === end - start;
    return isAsLong && areEqual(ownWords, first, from, start, end);
  }

  function keepBytes(from: DataView, start: number, end: number): void {
    const lengthBytes = end - start;
    if (byteCount + lengthBytes > bytes.length) {
      const larger = new Uint8Array(Math.max(2 * bytes.length, byteCount + lengthBytes));
      larger.set(bytes.subarray(0, byteCount));
      bytes = larger;
      ownWords = wordsOf(bytes);
    }
    bytes.set(new Uint8Array(from.buffer, from.byteOffset + start, lengthBytes), byteCount);
    byteCount += lengthBytes;
  }

  function internRange(from: DataView, start: number, end: number): StringIndex {
    const hash = hashOf(from, start, end);
    for (let row = slots.first(hash); row !== NO_ROW; row = slots.next()) {
      if (isRow(row, from, start, end)) return row;
    }
    slots.add(hash);
    keepBytes(from, start, end);
    ends.push(byteCount);
    return ends.length() - 1;
  }
  internRange(scratchWords, 0, 0);

  /** What lies in closures is fetched anew by each step of a loop: columns are handed over. */
  function find({ bytes: textBytes, start }: EncodedTexts, found: Int32Array): void {
    const table = { slots: slots.cells(), ends: ends.view(), bytes, words: ownWords };
    const from = { words: wordsOfTexts({ bytes: textBytes, start }), start };
    for (let at = 0; at < start.length - 1; at += FIND_BLOCK) {
      findBlock(table, from, at, Math.min(start.length - 1, at + FIND_BLOCK), found);
    }
  }

  return {
    intern(text) {
      const mostBytes = text.length * UTF8_BYTES_PER_UNIT;
      if (mostBytes > SCRATCH_MAX_BYTES) {
        const encoded = encoder.encode(text);
        return internRange(wordsOf(encoded), 0, encoded.length);
      }
      if (scratch.length < mostBytes) {
        scratch = new Uint8Array(2 * mostBytes);
        scratchWords = wordsOf(scratch);
      }
      return internRange(scratchWords, 0, encoder.encodeInto(text, scratch).written);
    },
    internEncoded: (texts, text) =>
      internRange(wordsOfTexts(texts), texts.start[text] ?? 0, texts.start[text + 1] ?? 0),
    findEncoded: find,
    view() {
      for (let row = strings.length; row < ends.length(); row++) {
        const text = decoder.decode(bytes.subarray(startOf(row), ends.at(row)));
        strings.push(text);
        textBytes += stringBytes(text);
      }
      return strings;
    },
    close() {
      throw new Error('rows that are found by bytes stay open');
    },
    bytes: () =>
      ARRAY_BYTES +
      bytes.length +
      ends.bytes() +
      slots.bytes() +
      strings.length * POINTER_BYTES +
      textBytes,
  };
}

/** The columns of a table as they stand: slots, where each row ends, and the bytes, twice. */
type TableColumns = {
  readonly slots: Int32Array;
  readonly ends: Int32Array;
  readonly bytes: Uint8Array;
  readonly words: DataView;
};

function findBlock(
  { slots, ends, bytes, words }: TableColumns,
  { words: from, start }: { readonly words: DataView; readonly start: Int32Array },
  at: number,
  atEnd: number,
  found: Int32Array,
): void {
  const mask = slots.length - 1;
  const count = atEnd - at;
  for (let i = at; i < atEnd; i++) {
    hashes[i - at] = hashOf(from, start[i] ?? 0, start[i + 1] ?? 0);
  }
  for (let i = 0; i < count; i++) firstRows[i] = (slots[(hashes[i] ?? 0) & mask] ?? 0) - 1;
  for (let i = at; i < atEnd; i++) {
    const row = firstRows[i - at] ?? NO_ROW;
    const rowStart = row <= 0 ? 0 : (ends[row - 1] ?? 0);
    const isAsLong = (ends[row] ?? 0) - rowStart === (start[i + 1] ?? 0) - (start[i] ?? 0);
    // Also fetches what is compared below.
    firstBytes[i - at] = isAsLong ? (bytes[rowStart] ?? 0) : OTHER_LENGTH;
  }
  for (let i = at; i < atEnd; i++) {
    const first = start[i] ?? 0;
    const end = start[i + 1] ?? 0;
    let slot = hashes[i - at] ?? 0;
    let row = firstRows[i - at] ?? NO_ROW;
    if (firstBytes[i - at] === OTHER_LENGTH && row !== NO_ROW) {
      row = (slots[++slot & mask] ?? 0) - 1;
    }
    while (row !== NO_ROW) {
      const rowStart = row === 0 ? 0 : (ends[row - 1] ?? 0);
      const isAsLong = (ends[row] ?? 0) - rowStart === end - first;
      if (isAsLong && areEqual(words, rowStart, from, first, end)) break;
      row = (slots[++slot & mask] ?? 0) - 1;
    }
    found[i] = row === NO_ROW ? NOT_FOUND : row;
  }
}

/** Whether the bytes `[start, end)` of one are those from `first` on of the other. */
function areEqual(
  words: DataView,
  first: number,
  from: DataView,
  start: number,
  end: number,
): boolean {
  const last = end - WORD_BYTES;
  if (last < start) {
    for (let i = 0; i < end - start; i++) {
      if (words.getUint8(first + i) !== from.getUint8(start + i)) return false;
    }
    return true;
  }
  for (let i = start, at = first; i < last; i += WORD_BYTES, at += WORD_BYTES) {
    if (words.getInt32(at, true) !== from.getInt32(i, true)) return false;
  }
  return words.getInt32(first + last - start, true) === from.getInt32(last, true);
}

let lastBytes: Uint8Array = new Uint8Array(0);
let lastWords = wordsOf(lastBytes);

/** A profile asks for its texts one by one. For all dictionaries of a thread: none keeps a profile. */
function wordsOfTexts({ bytes }: EncodedTexts): DataView {
  if (bytes !== lastBytes) {
    lastBytes = bytes;
    lastWords = wordsOf(bytes);
  }
  return lastWords;
}

/**
 * MurmurHash3 over four bytes at a time, with a seed. The last four may have been taken in part
 * already, which is faster than taking the rest by bytes.
 */
function hashOf(from: DataView, start: number, end: number): number {
  let hash = SEED ^ (end - start);
  const last = end - WORD_BYTES;
  if (last < start) {
    let rest = 0;
    for (let i = start; i < end; i++) rest = (rest << 8) | from.getUint8(i);
    return finishHash(mixHash(hash, rest));
  }
  for (let i = start; i < last; i += WORD_BYTES) hash = mixHash(hash, from.getInt32(i, true));
  return finishHash(mixHash(hash, from.getInt32(last, true)));
}

function wordsOf({ buffer, byteOffset, byteLength }: Uint8Array): DataView {
  return new DataView(buffer, byteOffset, byteLength);
}
