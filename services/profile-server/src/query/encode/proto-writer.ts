import { type Int64Column, isWide } from '@emberscope/profile';

/**
 * Writes protobuf into bytes that grow. Fields are numbered 1 to 15, whose tags are one byte.
 * Every method leaves out what is the default of its field, as proto3 does.
 */
export type ProtoWriter = {
  /** A text of a repeated field, which also stands when it is empty. */
  textItem(field: number, text: string): void;
  /** Bytes that are fields already. */
  raw(fields: Uint8Array): void;
  /** A message; its bytes also stand when they are none. */
  message(field: number, write: () => void): void;
  int64(field: number, value: bigint): void;
  /** A packed field of numbers that are not negative and below 2^32. */
  packedUint32(field: number, values: Int32Array): void;
  packedInt64(field: number, values: Int64Column): void;
  finish(): Uint8Array<ArrayBuffer>;
};

const VARINT_MAX_BYTES = 10;
/** Wire types. */
const VARINT = 0;
const LENGTH_DELIMITED = 2;

export function createProtoWriter(capacityBytes = 1024): ProtoWriter {
  const encoder = new TextEncoder();
  let buffer = new Uint8Array(capacityBytes);
  let length = 0;

  function reserve(byteLength: number): void {
    if (length + byteLength <= buffer.length) return;
    const larger = new Uint8Array(Math.max(2 * buffer.length, length + byteLength));
    larger.set(buffer.subarray(0, length));
    buffer = larger;
  }

  function tag(field: number, wireType: number): void {
    reserve(1);
    buffer[length++] = (field << 3) | wireType;
  }

  /** A number that is not negative and no larger than 2^53; the caller has reserved its bytes. */
  function putVarint(value: number): void {
    let rest = value;
    while (rest > 0x7fff_ffff) {
      buffer[length++] = (rest % 128) | 0x80;
      rest = Math.floor(rest / 128);
    }
    while (rest > 0x7f) {
      buffer[length++] = (rest & 0x7f) | 0x80;
      rest >>>= 7;
    }
    buffer[length++] = rest;
  }

  function putWideVarint(value: bigint): void {
    let rest = BigInt.asUintN(64, value);
    while (rest > 0x7fn) {
      buffer[length++] = Number(rest & 0x7fn) | 0x80;
      rest >>= 7n;
    }
    buffer[length++] = Number(rest);
  }

  function putInt64(value: number | bigint): void {
    if (typeof value === 'number' && value >= 0) putVarint(value);
    else putWideVarint(BigInt(value));
  }

  function span(field: number, source: Uint8Array): void {
    tag(field, LENGTH_DELIMITED);
    reserve(VARINT_MAX_BYTES + source.length);
    putVarint(source.length);
    buffer.set(source, length);
    length += source.length;
  }

  /**
   * A field whose length is known only when it is written: room for a length of one byte is left,
   * and what follows is moved when it takes more.
   */
  function delimited(field: number, write: () => void): void {
    tag(field, LENGTH_DELIMITED);
    reserve(1);
    length++;
    const start = length;
    write();
    const byteLength = length - start;
    const lengthBytes = varintBytes(byteLength);
    reserve(lengthBytes);
    if (lengthBytes > 1) buffer.copyWithin(start - 1 + lengthBytes, start, length);
    length = start - 1;
    putVarint(byteLength);
    length += byteLength;
  }

  return {
    textItem(field, text) {
      span(field, encoder.encode(text));
    },
    raw(fields) {
      reserve(fields.length);
      buffer.set(fields, length);
      length += fields.length;
    },
    message: delimited,
    int64(field, value) {
      if (value === 0n) return;
      tag(field, VARINT);
      reserve(VARINT_MAX_BYTES);
      putWideVarint(value);
    },
    packedUint32(field, values) {
      if (values.length === 0) return;
      delimited(field, () => {
        reserve(VARINT_MAX_BYTES * values.length);
        for (let i = 0; i < values.length; i++) putVarint((values[i] ?? 0) >>> 0);
      });
    },
    packedInt64(field, values) {
      if (values.length === 0) return;
      delimited(field, () => {
        reserve(VARINT_MAX_BYTES * values.length);
        if (isWide(values)) for (let i = 0; i < values.length; i++) putWideVarint(values[i] ?? 0n);
        else for (let i = 0; i < values.length; i++) putInt64(values[i] ?? 0);
      });
    },
    finish: () => buffer.slice(0, length),
  };
}

function varintBytes(value: number): number {
  let count = 1;
  for (let rest = value; rest > 0x7f; rest = Math.floor(rest / 128)) count++;
  return count;
}
