import { isUtf8 } from 'node:buffer';
import { type DescField, type DescMessage, ScalarType } from '@bufbuild/protobuf';

const VARINT_MAX_BYTES = 10;

/**
 * Whether bytes are a message of this schema for a strict reader: fields lie within the message that
 * they are in, have the wire type that they are declared with (packed or not), and texts are UTF-8.
 * For tests: who refuses such bytes is wrong. Slow and plain, and written without a look at readers.
 */
export function isStrictProtobuf(schema: DescMessage, bytes: Uint8Array): boolean {
  let at = 0;
  const varint = (): bigint | undefined => {
    let value = 0n;
    for (let i = 0; i < VARINT_MAX_BYTES && at < bytes.length; i++) {
      const byte = bytes[at++] ?? 0;
      value |= BigInt(byte & 0x7f) << BigInt(7 * i);
      if (byte < 0x80) return value;
    }
    return undefined;
  };
  while (at < bytes.length) {
    const tag = varint();
    // Field numbers end at 2^29 - 1.
    if (tag === undefined || tag < 8n || tag > 0xffff_ffffn) return false;
    const wireType = Number(tag & 7n);
    const field = schema.fields.find(({ number }) => BigInt(number) === tag >> 3n);
    let content: Uint8Array | undefined;
    if (wireType === 0) {
      if (varint() === undefined) return false;
    } else if (wireType === 1 || wireType === 5) {
      at += wireType === 1 ? 8 : 4;
    } else if (wireType === 2) {
      const length = varint();
      if (length === undefined || length > BigInt(bytes.length - at)) return false;
      content = bytes.subarray(at, at + Number(length));
      at += content.length;
    } else return false;
    if (at > bytes.length) return false;
    if (field !== undefined && !fits(field, wireType, content)) return false;
  }
  return true;
}

function fits(field: DescField, wireType: number, content: Uint8Array | undefined): boolean {
  if (field.message !== undefined) {
    return content !== undefined && isStrictProtobuf(field.message, content);
  }
  if (!('scalar' in field) || field.scalar === undefined) return wireType === 0;
  if (field.scalar === ScalarType.BYTES) return content !== undefined;
  if (field.scalar === ScalarType.STRING) return content !== undefined && isUtf8(content);
  const plainType = wireTypeOf(field.scalar);
  if (content === undefined) return wireType === plainType;
  if (field.fieldKind !== 'list') return false;
  if (plainType !== 0) return content.length % (plainType === 1 ? 8 : 4) === 0;
  return areVarints(content);
}

function wireTypeOf(scalar: ScalarType): 0 | 1 | 5 {
  switch (scalar) {
    case ScalarType.DOUBLE:
    case ScalarType.FIXED64:
    case ScalarType.SFIXED64:
      return 1;
    case ScalarType.FLOAT:
    case ScalarType.FIXED32:
    case ScalarType.SFIXED32:
      return 5;
    default:
      return 0;
  }
}

function areVarints(bytes: Uint8Array): boolean {
  let length = 0;
  for (const byte of bytes) {
    length = byte < 0x80 ? 0 : length + 1;
    if (length === VARINT_MAX_BYTES) return false;
  }
  return length === 0;
}
