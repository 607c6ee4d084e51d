import { createHash } from 'node:crypto';

/**
 * The id of one profile of one series: `emb1-` and 128 bits of a hash of labels and content. The
 * server keeps a record of such an id once, however often it is sent.
 *
 * `labelKey` is that of a label set, which only equal sets share.
 */
export function pushId(labelKey: string, rawProfile: Uint8Array): string {
  const hash = createHash('sha256').update(`${labelKey.length}:${labelKey}`).update(rawProfile);
  return `emb1-${hash.digest('hex').slice(0, ID_HEX_DIGITS)}`;
}

const ID_HEX_DIGITS = 32;
