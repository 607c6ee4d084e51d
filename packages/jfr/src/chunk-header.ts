import { ByteCursor, type Long } from './byte-cursor.ts';
import { MalformedRecording } from './malformed-recording.ts';

/** What a chunk says of itself. Offsets are within the whole recording, in bytes. */
export type ChunkHeader = {
  /** Where its events begin and end. */
  readonly eventsStart: number;
  readonly end: number;
  readonly metadataStart: number;
};

const HEADER_BYTES = 68;
/** `FLR` and a zero byte. */
const MAGIC = 0x464c5200;
/** Of the format since JDK 9. What came before is another format. */
const MAJOR_VERSION = 2;
/** In the header's last number: integers take as many bytes as they need. */
const HAS_COMPRESSED_INTEGERS = 1;

/**
 * Reads the header of the chunk that begins at `start`: magic, version, size, where the last constant
 * pool and the metadata are, when it began and how long it took, the clock, and features.
 */
export function readChunkHeader(bytes: Uint8Array, start: number): ChunkHeader {
  const left = bytes.length - start;
  if (left < HEADER_BYTES) {
    throw new MalformedRecording(`unexpected EOF: ${left} bytes of ${HEADER_BYTES}`);
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const magic = view.getUint32(start);
  if (magic !== MAGIC) {
    throw new MalformedRecording(`invalid chunk magic: ${magic.toString(16).padStart(8, '0')}`);
  }
  const major = view.getUint16(start + 4);
  const minor = view.getUint16(start + 6);
  if (major !== MAJOR_VERSION) {
    throw new MalformedRecording(`version ${major}.${minor}, not ${MAJOR_VERSION}`);
  }
  const cursor = new ByteCursor(bytes, start + 8, start + HEADER_BYTES);
  const sizeBytes = within('chunk size', cursor.fixed64(), HEADER_BYTES, left);
  // Constant pools are found among the events.
  cursor.skip(8);
  const metadata = within('metadata offset', cursor.fixed64(), HEADER_BYTES, sizeBytes);
  if ((view.getInt32(start + HEADER_BYTES - 4) & HAS_COMPRESSED_INTEGERS) === 0) {
    throw new MalformedRecording('integers that are not compressed');
  }
  return {
    eventsStart: start + HEADER_BYTES,
    end: start + sizeBytes,
    metadataStart: start + metadata,
  };
}

function within(what: string, value: Long, min: number, max: number): number {
  if (typeof value === 'number' && value >= min && value <= max) return value;
  throw new MalformedRecording(`unexpected EOF: ${what} ${value}, of ${max} bytes`);
}
