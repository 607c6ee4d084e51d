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

  /** A whole number below 2^31 that is not negative, with zeros before it up to `width` digits. */
  function digits(value: number, width: number): void {
    let count = 1;
    for (let power = 10; power <= value; power *= 10) count++;
    if (count < width) count = width;
    let rest = value;
    for (let at = length + count - 1; at >= length; at--) {
      const left = (rest / 10) | 0;
      buffer[at] = ZERO + rest - 10 * left;
      rest = left;
    }
    length += count;
  }

  /** The same of one up to 2^53. */
  function wholeNumber(value: number): void {
    if (value < BILLION) {
      digits(value, 1);
      return;
    }
    const billions = Math.floor(value / BILLION);
    digits(billions, 1);
    digits(value - billions * BILLION, 9);
  }

  function list(values: Int64Column, isQuoted: boolean): void {
    reserve(2 + INT64_MAX_BYTES * values.length);
    buffer[length++] = OPEN;
    for (let i = 0; i < values.length; i++) {
      if (i > 0) buffer[length++] = COMMA;
      if (isQuoted) buffer[length++] = QUOTE;
      if (isWide(values)) ascii(String(values[i] ?? 0n));
      else if ((values[i] ?? 0) < 0) ascii(String(values[i]));
      else wholeNumber(values[i] ?? 0);
      if (isQuoted) buffer[length++] = QUOTE;
    }
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

const BILLION = 1e9;
