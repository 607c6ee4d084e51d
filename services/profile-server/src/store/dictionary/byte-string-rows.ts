import type { StringIndex } from '@emberscope/profile';
import type { EncodedTexts } from './encoded-texts.ts';
import { growableInt32 } from './growable-column.ts';
import { createHashSlots, finishHash, mixHash, NO_ROW } from './hash-slots.ts';
import { ARRAY_BYTES, POINTER_BYTES, stringBytes } from './heap-sizes.ts';
import type { StringRows } from './string-rows.ts';

/**
 * Strings, each distinct one once, found by their UTF-8: a profile's strings that are known already,
 * and nearly all are, never become strings at all.
 */
export type ByteStringRows = Required<StringRows>;

const INITIAL_BYTES = 1024;
const UTF8_BYTES_PER_UNIT = 3;

/** Differs from process to process: nobody shall be able to send strings that share one slot. */
const SEED = (Math.random() * 0x1_0000_0000) | 0;

const encoder = new TextEncoder();
/** A mark of byte order is a character like others: without it two strings would be one. */
const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

export function createByteStringRows(): ByteStringRows {
  let bytes = new Uint8Array(INITIAL_BYTES);
  /** The same memory, to be read four bytes at a time; so are all that end in `Words`. */
  let ownWords = wordsOf(bytes);
  let byteCount = 0;
  let scratch = new Uint8Array(INITIAL_BYTES);
  let scratchWords = wordsOf(scratch);
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
    if (ends.at(row) - first !== end - start) return false;
    let i = start;
    let at = first;
    for (; i + 4 <= end; i += 4, at += 4) {
      if (ownWords.getInt32(at, true) !== from.getInt32(i, true)) return false;
    }
    for (; i < end; i++, at++) if (ownWords.getUint8(at) !== from.getUint8(i)) return false;
    return true;
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

  return {
    intern(text) {
      const mostBytes = text.length * UTF8_BYTES_PER_UNIT;
      if (scratch.length < mostBytes) {
        scratch = new Uint8Array(2 * mostBytes);
        scratchWords = wordsOf(scratch);
      }
      return internRange(scratchWords, 0, encoder.encodeInto(text, scratch).written);
    },
    internEncoded: (texts, text) =>
      internRange(wordsOfTexts(texts), texts.start[text] ?? 0, texts.start[text + 1] ?? 0),
    isEncoded: (row, texts, text) =>
      isRow(row, wordsOfTexts(texts), texts.start[text] ?? 0, texts.start[text + 1] ?? 0),
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

/** MurmurHash3 over four bytes at a time, with a seed. */
function hashOf(from: DataView, start: number, end: number): number {
  let hash = SEED ^ (end - start);
  let i = start;
  for (; i + 4 <= end; i += 4) hash = mixHash(hash, from.getInt32(i, true));
  for (; i < end; i++) hash = mixHash(hash, from.getUint8(i));
  return finishHash(hash);
}

function wordsOf({ buffer, byteOffset, byteLength }: Uint8Array): DataView {
  return new DataView(buffer, byteOffset, byteLength);
}
