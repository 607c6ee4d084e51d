import { BinaryReader, WireType } from '@bufbuild/protobuf/wire';

export type PushEntries = { readonly ok: true } | { readonly ok: false; readonly reason: string };

/** Series, labels, profiles and notes of one push together. A thousand series need some 30,000. */
export const PUSH_MAX_ENTRIES = 100_000;

/** As the profile server has it, which would refuse what was acknowledged here. */
export const PUSH_MAX_PROFILES = 5_000;

/**
 * Walks over an encoded `PushRequest` and refuses it when it has more messages in it than a push
 * needs, or is none: before anything is made of it.
 */
export function countPushEntries(message: Uint8Array): PushEntries {
  let entries = 0;
  try {
    const outer = new BinaryReader(message);
    while (outer.pos < outer.len) {
      const [field, wireType] = outer.tag();
      if (field !== SERIES || wireType !== WireType.LengthDelimited) {
        outer.skip(wireType, field);
        continue;
      }
      const inner = new BinaryReader(outer.bytes());
      entries++;
      while (inner.pos < inner.len && entries <= PUSH_MAX_ENTRIES) {
        const [innerField, innerType] = inner.tag();
        inner.skip(innerType, innerField);
        entries++;
      }
      if (entries > PUSH_MAX_ENTRIES) {
        const reason = `more than ${PUSH_MAX_ENTRIES} series, labels and profiles in one push`;
        return { ok: false, reason };
      }
    }
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return { ok: false, reason: `not a PushRequest: ${reason}` };
  }
  return { ok: true };
}

const SERIES = 1;
