import { RECORD_HEADER_BYTES } from '@emberscope/record-log';
import { DamagedBytes } from '../codec/damaged-bytes.ts';

/**
 * Calls `visit` for each record of the log in `bytes[from, to)`, with its kind and where in `bytes`
 * its payload lies. For chunks in memory: their bytes were checked on the way in, so that nothing is
 * summed up again. Framing: `record-log`. Throws {@link DamagedBytes} when the bytes do not end
 * behind a whole record.
 */
export function forEachRecord(
  bytes: Uint8Array,
  from: number,
  to: number,
  visit: (kind: number, payloadStart: number, payloadEnd: number) => void,
): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  let at = from;
  while (at < to) {
    if (at + RECORD_HEADER_BYTES > to) {
      throw new DamagedBytes(`${to - at} bytes of a record's header at ${at}`);
    }
    const payloadStart = at + RECORD_HEADER_BYTES;
    const payloadEnd = payloadStart + view.getUint32(at, true);
    if (payloadEnd > to) throw new DamagedBytes(`a record at ${at} that ends behind ${to}`);
    visit(view.getUint8(at + 8), payloadStart, payloadEnd);
    at = payloadEnd;
  }
}
