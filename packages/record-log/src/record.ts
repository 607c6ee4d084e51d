/**
 * One record of a log file:
 *
 *     ┌──────────────────┬───────────┬─────────┬─────────────┐
 *     │ payloadBytes u32 │ crc32 u32 │ kind u8 │ payload     │
 *     └──────────────────┴───────────┴─────────┴─────────────┘
 *
 * Integers are little endian. The checksum covers kind and payload; the length is checked by what
 * follows from it. `kind` and payload mean what the owner of the log says, but kind is never 0:
 * a run of zero bytes (a page that was allocated and not written) can then never be a record.
 */
export type LogRecord = {
  /** 1 to 255. */
  readonly kind: number;
  readonly payload: Uint8Array;
};

/** Bytes of a record before its payload. */
export const RECORD_HEADER_BYTES = 9;

/**
 * The checksum of CRC-32 (IEEE 802.3), going on from a previous one: `zlib.crc32` on Node. It comes
 * from outside since this package knows no platform, and the platforms' own are the fast ones.
 */
export type Crc32 = (bytes: Uint8Array, previous?: number) => number;

/**
 * The largest payload a log may hold. A length beyond it is damage, not a record that is still to
 * come: without a limit, one flipped bit would make a reader wait for 4 GiB.
 */
export type RecordLimits = { readonly maxPayloadBytes: number };

/** What stands at a place in a log. Offsets are those of the bytes that were given. */
export type RecordRead =
  | { readonly kind: 'record'; readonly record: LogRecord; readonly nextOffset: number }
  /** The bytes end here, behind a whole record. */
  | { readonly kind: 'end' }
  /**
   * The bytes end within a record: its writer died, or more is to come. At the end of the last file
   * everything from `offset` on can be cut off.
   */
  | { readonly kind: 'torn'; readonly offset: number; readonly reason: string }
  /** What stands here is no record, whatever follows. */
  | { readonly kind: 'corrupt'; readonly offset: number; readonly reason: string };

/** Reads the record at `offset`. The payload is a view of `bytes`, not a copy. */
export function readRecord(
  bytes: Uint8Array,
  offset: number,
  crc32: Crc32,
  { maxPayloadBytes }: RecordLimits,
): RecordRead {
  const available = bytes.length - offset;
  if (available <= 0) return { kind: 'end' };
  if (available < RECORD_HEADER_BYTES) {
    const reason = `${available} of ${RECORD_HEADER_BYTES} bytes of a record's header`;
    return { kind: 'torn', offset, reason };
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset + offset, RECORD_HEADER_BYTES);
  const payloadBytes = view.getUint32(0, true);
  const expectedCrc = view.getUint32(4, true);
  const kind = view.getUint8(8);
  if (kind === 0) return { kind: 'corrupt', offset, reason: 'a record of kind 0' };
  if (payloadBytes > maxPayloadBytes) {
    const reason = `a payload of ${payloadBytes} bytes; the limit is ${maxPayloadBytes}`;
    return { kind: 'corrupt', offset, reason };
  }
  const end = offset + RECORD_HEADER_BYTES + payloadBytes;
  if (end > bytes.length) {
    const reason = `${bytes.length - offset} of ${end - offset} bytes of a record`;
    return { kind: 'torn', offset, reason };
  }
  const actualCrc = crc32(bytes.subarray(offset + RECORD_HEADER_BYTES - 1, end));
  if (actualCrc !== expectedCrc) {
    const reason = `checksum ${hex(actualCrc)} where ${hex(expectedCrc)} is written`;
    return { kind: 'corrupt', offset, reason };
  }
  const payload = bytes.subarray(offset + RECORD_HEADER_BYTES, end);
  return { kind: 'record', record: { kind, payload }, nextOffset: end };
}

function hex(crc: number): string {
  return crc.toString(16).padStart(8, '0');
}
