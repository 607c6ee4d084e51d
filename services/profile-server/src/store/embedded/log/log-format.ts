import { crc32 } from 'node:zlib';
import { DamagedBytes } from '../codec/damaged-bytes.ts';

/**
 * The largest payload of a record: sixteen times what the door lets through as pprof (4 MiB), and
 * what one place that looks like a length can make a reader wait for.
 */
export const RECORD_MAX_PAYLOAD_BYTES = 64 * 1024 * 1024;
export const RECORD_LIMITS = { maxPayloadBytes: RECORD_MAX_PAYLOAD_BYTES };

/** What stands before the records of a log file; see the picture in the README. */
export type LogHeader = {
  readonly generation: number;
  /** No profile in the file has a smaller arrival. */
  readonly firstArrival: number;
};

export const LOG_HEADER_BYTES = 24;
const MAGIC = new TextEncoder().encode('EMLOG\0');
const VERSION = 1;
const CHECKED_BYTES = 20;

export function encodeLogHeader({ generation, firstArrival }: LogHeader): Uint8Array {
  const bytes = new Uint8Array(LOG_HEADER_BYTES);
  const view = new DataView(bytes.buffer);
  bytes.set(MAGIC);
  view.setUint16(6, VERSION, true);
  view.setUint32(8, generation, true);
  view.setBigUint64(12, BigInt(firstArrival), true);
  view.setUint32(CHECKED_BYTES, crc32(bytes.subarray(0, CHECKED_BYTES)), true);
  return bytes;
}

/** Throws {@link DamagedBytes} for anything but a whole header of a version that is known. */
export function decodeLogHeader(bytes: Uint8Array): LogHeader {
  if (bytes.length < LOG_HEADER_BYTES) {
    throw new DamagedBytes(`${bytes.length} of the ${LOG_HEADER_BYTES} bytes of a log's header`);
  }
  if (!MAGIC.every((byte, i) => bytes[i] === byte))
    throw new DamagedBytes('no log: "EMLOG" is missing');
  const view = new DataView(bytes.buffer, bytes.byteOffset, LOG_HEADER_BYTES);
  if (view.getUint32(CHECKED_BYTES, true) !== crc32(bytes.subarray(0, CHECKED_BYTES))) {
    throw new DamagedBytes("the checksum of a log's header is wrong");
  }
  const version = view.getUint16(6, true);
  if (version !== VERSION) {
    throw new DamagedBytes(`a log of version ${version}; this program knows ${VERSION}`);
  }
  return {
    generation: view.getUint32(8, true),
    firstArrival: Number(view.getBigUint64(12, true)),
  };
}

/** `42` is `0000000042.log`. */
export function nameOfLog(generation: number): string {
  return `${String(generation).padStart(10, '0')}.log`;
}

/** The generation that a file is named for, or undefined for a file of another kind. */
export function generationOfLog(name: string): number | undefined {
  const digits = /^([0-9]{10})\.log$/.exec(name)?.[1];
  return digits === undefined ? undefined : Number(digits);
}
