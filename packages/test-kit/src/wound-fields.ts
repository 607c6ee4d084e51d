import { type Dice, oneOf } from './dice.ts';
import { NO_BYTES, splice } from './splice.ts';
import { oddNumber, varintEnd, varintOf } from './varints.ts';
import { BYTE_WOUNDS, type Wound } from './wound-bytes.ts';

/** A field of a protobuf message, by its bytes: its tag, then what it holds. */
type Field = {
  readonly start: number;
  /** Of what it holds, behind the length if it has one. */
  readonly content: number;
  readonly end: number;
  readonly wire: number;
};

const [VARINT, FIXED_64, LENGTH, FIXED_32] = [0, 1, 2, 5] as const;

/** No message of a fixture is nested deeper. */
const MAX_DEPTH = 12;

/** A larger field is not repeated a thousand times: megabytes would be most of a test's time. */
const SMALL_BYTES = 100;

/**
 * Damages one field of a protobuf message, at any depth, and sets the lengths around it right: what
 * only changes bytes breaks the outermost length first, and a reader never comes to what is within.
 * Bytes that are no message are left as they are.
 */
export const woundField: Wound = (bytes, dice, other) => {
  const path = fieldPath(bytes, dice);
  const field = path.at(-1);
  if (field === undefined) return bytes;
  let start = field.start;
  let end = field.end;
  let replacement = woundedField(bytes, field, dice, other);
  for (const outer of path.slice(0, -1).reverse()) {
    const content = splice(
      bytes.subarray(outer.content, outer.end),
      start - outer.content,
      end - outer.content,
      replacement,
    );
    replacement = withLength(bytes.subarray(outer.start, varintEnd(bytes, outer.start)), content);
    start = outer.start;
    end = outer.end;
  }
  return splice(bytes, start, end, replacement);
};

function woundedField(bytes: Uint8Array, field: Field, dice: Dice, other: Uint8Array): Uint8Array {
  const whole = bytes.subarray(field.start, field.end);
  const tag = bytes.subarray(field.start, varintEnd(bytes, field.start));
  const content = bytes.subarray(field.content, field.end);
  switch (dice(7)) {
    case 0:
      return NO_BYTES;
    case 1:
      return repeated(whole, 2 + dice(dice(8) === 0 && whole.length <= SMALL_BYTES ? 1000 : 3));
    case 2: {
      // Another number of field, or another type of wire for the same bytes.
      const number = (tag[0] ?? 0) ^ (1 << dice(6));
      return splice(whole, 0, 1, Uint8Array.of(number));
    }
    case 3: {
      const borrowed = fieldPath(other, dice).at(-1);
      return borrowed === undefined ? NO_BYTES : other.subarray(borrowed.start, borrowed.end);
    }
    case 4:
      return withLength(
        Uint8Array.of(((tag[0] ?? 0) & 0x78) | LENGTH),
        content.subarray(0, dice(content.length)),
      );
    default:
      if (field.wire !== LENGTH) {
        return splice(whole, tag.length, whole.length, varintOf(oddNumber(dice)));
      }
      return withLength(tag, oneOf(BYTE_WOUNDS, dice)(content, dice, content));
  }
}

function withLength(tag: Uint8Array, content: Uint8Array): Uint8Array {
  const length = varintOf(BigInt(content.length));
  const whole = new Uint8Array(tag.length + length.length + content.length);
  whole.set(tag);
  whole.set(length, tag.length);
  whole.set(content, tag.length + length.length);
  return whole;
}

function repeated(part: Uint8Array, count: number): Uint8Array {
  const whole = new Uint8Array(part.length * count);
  for (let i = 0; i < count; i++) whole.set(part, i * part.length);
  return whole;
}

/** A field drawn from a message, after those that it is within, from the outermost. */
function fieldPath(bytes: Uint8Array, dice: Dice): readonly Field[] {
  const path: Field[] = [];
  let fields = fieldsOf(bytes, 0, bytes.length);
  while (fields.length > 0 && path.length < MAX_DEPTH) {
    const field = oneOf(fields, dice);
    path.push(field);
    if (field.wire !== LENGTH || dice(4) === 0) break;
    fields = fieldsOf(bytes, field.content, field.end);
  }
  return path;
}

/** The fields of a message; none when the bytes are no message. */
function fieldsOf(bytes: Uint8Array, start: number, end: number): readonly Field[] {
  const fields: Field[] = [];
  for (let at = start; at < end; ) {
    const wire = (bytes[at] ?? 0) & 7;
    let content = varintEnd(bytes, at);
    let contentBytes: number;
    if (wire === VARINT) contentBytes = varintEnd(bytes, content) - content;
    else if (wire === FIXED_64) contentBytes = 8;
    else if (wire === FIXED_32) contentBytes = 4;
    else if (wire === LENGTH) {
      const first = content;
      content = varintEnd(bytes, first);
      contentBytes = lengthAt(bytes, first, content);
    } else return [];
    const fieldEnd = content + contentBytes;
    if (fieldEnd > end) return [];
    fields.push({ start: at, content, end: fieldEnd, wire });
    at = fieldEnd;
  }
  return fields;
}

function lengthAt(bytes: Uint8Array, start: number, end: number): number {
  let length = 0;
  for (let at = end - 1; at >= start; at--) length = length * 128 + ((bytes[at] ?? 0) & 0x7f);
  return length;
}
