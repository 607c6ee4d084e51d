import { type DescField, type DescMessage, ScalarType } from '@bufbuild/protobuf';
import { BinaryReader, WireType } from '@bufbuild/protobuf/wire';

/**
 * An element of a packed list is a number in an array, which costs a quarter of a field or message
 * or less, through all that becomes of it; one of 64 bits is an object of its own.
 */
export const ELEMENT_PARTS = 1 / 4;
export const LONG_ELEMENT_PARTS = 1 / 2;
const FIXED_LONG_BYTES = 8;

/** As deep as the decoder goes. */
const MAX_DEPTH = 100;

/**
 * How many objects and cells a message would become if it were decoded, roughly: its fields, those of
 * the messages in it, runs of bytes even where there are none, and the elements of its lists for less
 * than one each. Builds nothing, and stops when it is past `most`.
 *
 * @throws for bytes that are not protobuf; what is odd in other ways the decoder finds out.
 */
export function countParts(schema: DescMessage, bytes: Uint8Array, most: number): number {
  const reader = new BinaryReader(bytes);
  let parts = 0;

  function countMessage(desc: DescMessage, end: number, depth: number): void {
    if (depth > MAX_DEPTH) throw new RangeError(`messages lie in each other ${MAX_DEPTH} deep`);
    const { fields, ownParts } = aboutOf(desc);
    parts += ownParts;
    while (reader.pos < end && parts <= most) {
      parts++;
      const [fieldNumber, wireType] = reader.tag();
      const field = fields.get(fieldNumber);
      if (wireType !== WireType.LengthDelimited || field === undefined) {
        reader.skip(wireType, fieldNumber);
        continue;
      }
      const lengthBytes = reader.uint32();
      const fieldEnd = reader.pos + lengthBytes;
      if (fieldEnd > end) throw new RangeError(`field ${fieldNumber} reaches past byte ${end}`);
      if (field.message !== undefined) countMessage(field.message, fieldEnd, depth + 1);
      else if (isPacked(field)) parts += packedParts(field, bytes, reader.pos, fieldEnd);
      reader.pos = fieldEnd;
    }
  }

  countMessage(schema, bytes.length, 1);
  return parts;
}

/** A list that is told in one run of bytes; a string is a list of its own kind and no such run. */
function isPacked(field: DescField): field is PackedField {
  return field.fieldKind === 'list' && field.listKind === 'scalar' && field.packed;
}

type PackedField = Extract<DescField, { fieldKind: 'list'; listKind: 'scalar' }>;

function packedParts({ scalar }: PackedField, bytes: Uint8Array, from: number, to: number): number {
  if (scalar === ScalarType.FIXED64) return ((to - from) / FIXED_LONG_BYTES) * LONG_ELEMENT_PARTS;
  let elements = 0;
  // The last byte of a varint says that it is the last.
  for (let at = from; at < to; at++) if ((bytes[at] ?? 0) < 0x80) elements++;
  return elements * (scalar === ScalarType.INT64 ? LONG_ELEMENT_PARTS : ELEMENT_PARTS);
}

type AboutMessage = {
  readonly fields: ReadonlyMap<number, DescField>;
  /** Its runs of bytes: each is an array of its own, which costs as much as a message, even empty. */
  readonly ownParts: number;
};

const aboutMessages = new WeakMap<DescMessage, AboutMessage>();

function aboutOf(desc: DescMessage): AboutMessage {
  const known = aboutMessages.get(desc);
  if (known !== undefined) return known;
  const about = {
    fields: new Map(desc.fields.map((field) => [field.number, field])),
    ownParts: desc.fields.filter(isBytes).length,
  };
  aboutMessages.set(desc, about);
  return about;
}

function isBytes(field: DescField): boolean {
  return field.fieldKind === 'scalar' && field.scalar === ScalarType.BYTES;
}
