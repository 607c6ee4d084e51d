import { type Int64Column, isWide } from '@emberscope/profile';

/**
 * Writes JSON as bytes: a large answer is never a string, which would have to be made of a hundred
 * thousand others and then be encoded.
 */
export type JsonWriter = {
  /** Punctuation and names that need no escape. */
  ascii(text: string): void;
  /** `["a","b"]`, escaped. */
  texts(texts: readonly string[]): void;
  /** JSON that has any characters. */
  json(text: string): void;
  /** `[1,-2]` */
  numbers(values: Int64Column): void;
  /** `["1","-2"]`: 64-bit integers as the Connect protocol has them. */
  int64s(values: Int64Column): void;
  finish(): Uint8Array<ArrayBuffer>;
};

/** `"-9223372036854775808",` */
const INT64_MAX_BYTES = 23;
/** Of UTF-8, for a unit of UTF-16. */
const UNIT_MAX_BYTES = 3;

const QUOTE = 0x22;
const COMMA = 0x2c;
const MINUS = 0x2d;
const ZERO = 0x30;
const OPEN = 0x5b;
const CLOSE = 0x5d;

/** Of the answer before: the next one is as large. Nobody writes two at a time. */
let spare: Uint8Array<ArrayBuffer> | undefined;
const SPARE_MAX_BYTES = 2 * 1024 * 1024;

export function createJsonWriter(capacityBytes: number): JsonWriter {
  const encoder = new TextEncoder();
  let buffer = spare ?? new Uint8Array(capacityBytes);
  spare = undefined;
  let length = 0;

  function reserve(byteLength: number): void {
    if (length + byteLength <= buffer.length) return;
    const larger = new Uint8Array(Math.max(2 * buffer.length, length + byteLength));
    larger.set(buffer.subarray(0, length));
    buffer = larger;
  }

  function utf8(text: string): void {
    reserve(UNIT_MAX_BYTES * text.length);
    length += encoder.encodeInto(text, buffer.subarray(length)).written;
  }

  function ascii(text: string): void {
    reserve(text.length);
    for (let i = 0; i < text.length; i++) buffer[length++] = text.charCodeAt(i);
  }

  function list(values: Int64Column, isQuoted: boolean): void {
    reserve(2 + INT64_MAX_BYTES * values.length);
    buffer[length++] = OPEN;
    length = isWide(values)
      ? putWide(buffer, length, values, isQuoted)
      : putNarrow(buffer, length, values, isQuoted);
    buffer[length++] = CLOSE;
  }

  return {
    ascii,
    texts: (texts) => utf8(JSON.stringify(texts)),
    json: utf8,
    numbers: (values) => list(values, false),
    int64s: (values) => list(values, true),
    finish() {
      if (buffer.length <= SPARE_MAX_BYTES) spare = buffer;
      return buffer.slice(0, length);
    },
  };
}

/*
 * Writers of numbers: they put bytes at a place, and answer the place behind. They stand outside of
 * the writer since V8 forgets the compiled code of inner functions when no object that has them is
 * left, which is after each answer, and since a place in a local variable is a register.
 */

function putNarrow(out: Uint8Array, from: number, values: Float64Array, isQuoted: boolean): number {
  let at = from;
  for (let i = 0; i < values.length; i++) {
    if (i > 0) out[at++] = COMMA;
    if (isQuoted) out[at++] = QUOTE;
    const value = values[i] ?? 0;
    if (value < 0) {
      out[at++] = MINUS;
      at = putWhole(out, at, -value);
    } else at = putWhole(out, at, value);
    if (isQuoted) out[at++] = QUOTE;
  }
  return at;
}

function putWide(out: Uint8Array, from: number, values: BigInt64Array, isQuoted: boolean): number {
  let at = from;
  for (let i = 0; i < values.length; i++) {
    if (i > 0) out[at++] = COMMA;
    if (isQuoted) out[at++] = QUOTE;
    const text = String(values[i] ?? 0n);
    for (let c = 0; c < text.length; c++) out[at++] = text.charCodeAt(c);
    if (isQuoted) out[at++] = QUOTE;
  }
  return at;
}

/** A whole number up to 2^53 that is not negative. */
function putWhole(out: Uint8Array, at: number, value: number): number {
  if (value < E4) return putFirst(out, at, value);
  if (value < E8) {
    const high = (value / E4) | 0;
    return putFour(out, putFirst(out, at, high), value - E4 * high);
  }
  const high = Math.floor(value / E8);
  const low = value - E8 * high;
  const middle = (low / E4) | 0;
  return putFour(out, putFour(out, putWhole(out, at, high), middle), low - E4 * middle);
}

/** One below 10,000, without zeros before it. */
function putFirst(out: Uint8Array, from: number, value: number): number {
  let at = from;
  const digits = 4 * value;
  if (value >= 1000) out[at++] = FOUR_DIGITS[digits] ?? ZERO;
  if (value >= 100) out[at++] = FOUR_DIGITS[digits + 1] ?? ZERO;
  if (value >= 10) out[at++] = FOUR_DIGITS[digits + 2] ?? ZERO;
  out[at++] = FOUR_DIGITS[digits + 3] ?? ZERO;
  return at;
}

/** The same with zeros. */
function putFour(out: Uint8Array, at: number, value: number): number {
  const digits = 4 * value;
  out[at] = FOUR_DIGITS[digits] ?? ZERO;
  out[at + 1] = FOUR_DIGITS[digits + 1] ?? ZERO;
  out[at + 2] = FOUR_DIGITS[digits + 2] ?? ZERO;
  out[at + 3] = FOUR_DIGITS[digits + 3] ?? ZERO;
  return at + 4;
}

const E4 = 1e4;
const E8 = 1e8;

/** `0000`, `0001` to `9999`. */
const FOUR_DIGITS = Uint8Array.from({ length: 4 * E4 }, (_, i) => {
  const power = 10 ** (3 - (i % 4));
  return ZERO + (Math.floor(Math.floor(i / 4) / power) % 10);
});
