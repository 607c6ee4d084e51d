import { type PushId, pushId } from '../../ids.ts';
import { DamagedBytes } from '../codec/damaged-bytes.ts';
import { ID_BYTES } from '../codec/log-records.ts';

const PREFIX = 'emb1-';

/** The 16 bytes behind `emb1-`. */
export function bytesOfPushId(id: PushId): Uint8Array {
  const bytes = new Uint8Array(ID_BYTES);
  for (let i = 0; i < ID_BYTES; i++) {
    const at = PREFIX.length + 2 * i;
    bytes[i] = Number.parseInt(id.slice(at, at + 2), 16);
  }
  return bytes;
}

export function pushIdFromBytes(bytes: Uint8Array): PushId {
  const id = pushId(
    PREFIX + Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join(''),
  );
  if (id === undefined) throw new DamagedBytes(`a push id of ${bytes.length} bytes`);
  return id;
}
