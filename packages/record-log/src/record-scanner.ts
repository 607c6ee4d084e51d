import {
  type Crc32,
  type LogRecord,
  RECORD_HEADER_BYTES,
  type RecordLimits,
  readRecord,
} from './record.ts';

/** What a scan met, in the order of the file. Offsets are those of the file. */
export type ScanEvent =
  | { readonly kind: 'record'; readonly offset: number; readonly record: LogRecord }
  /**
   * Bytes that are no record, with a good record behind them: not a torn tail but damage, and what
   * stood there is lost. `[offset, endOffset)` was stepped over.
   */
  | {
      readonly kind: 'damage';
      readonly offset: number;
      readonly endOffset: number;
      readonly reason: string;
    };

/** How the file ended. */
export type ScanEnd =
  | { readonly kind: 'clean'; readonly endOffset: number }
  /**
   * No good record from `offset` on. In the last file of a log this is where its writer died, and
   * the file may be cut off there; in an earlier file it is damage.
   */
  | {
      readonly kind: 'torn';
      readonly offset: number;
      readonly reason: string;
      /** False when the search gave up: there may be good records in what was not looked at. */
      readonly isSearched: boolean;
    };

/**
 * Bytes that may be checksummed in the search for a good record behind damage, per file. Any place
 * in the damage may look like a record of the largest size, and without a limit a few megabytes of
 * noise would take minutes; this is about half a second.
 */
export const RESYNC_MAX_CHECKED_BYTES = 1 << 30;
/**
 * The part of it for places that are followed by no header of a record. Of noise, a place in 2^32 by
 * the largest payload looks like a record, and nearly all of those end in the middle of something; a
 * record that stands alone between two damages is the rare thing that does, too.
 */
const RESYNC_MAX_UNLIKELY_BYTES = 1 << 28;

/**
 * Reads a log file piece by piece, so that a large file never has to be in memory whole: what is
 * held is one record at the most, and behind damage the header of the next.
 *
 * Behind damage it looks for the next place from which a record reads with a good checksum, byte
 * by byte, until {@link RESYNC_MAX_CHECKED_BYTES} are spent. A false find takes a 32-bit checksum
 * that agrees by chance, at a place whose kind and length fit already.
 */
export type RecordScanner = {
  /** Takes the next bytes of the file and calls `visit` for all that can be told by now. */
  feed(bytes: Uint8Array): void;
  /** The file ends here. */
  end(): ScanEnd;
};

/**
 * `visit` gets payloads that are views of the bytes that were fed or of a buffer of the scanner:
 * copy what is to be kept.
 */
export function createRecordScanner(
  crc32: Crc32,
  limits: RecordLimits,
  visit: (event: ScanEvent) => void,
): RecordScanner {
  const pending = createPendingBytes();
  /** Where the bytes at hand begin in the file. */
  let base = 0;
  let damage: { readonly offset: number; readonly reason: string } | undefined;
  let resyncBytesLeft = RESYNC_MAX_CHECKED_BYTES;
  let unlikelyBytesLeft = RESYNC_MAX_UNLIKELY_BYTES;

  const countingCrc32: Crc32 = (bytes, previous) => {
    if (damage !== undefined) resyncBytesLeft -= bytes.length;
    return crc32(bytes, previous);
  };

  /** Reads on as far as the bytes go; answers where in them it stopped. */
  function scan(bytes: Uint8Array, isEnd: boolean): number {
    let offset = 0;
    while (resyncBytesLeft > 0) {
      if (damage !== undefined) {
        const place = nextPlace(bytes, offset, isEnd);
        offset = place.offset;
        if (!place.isAtHand) return offset;
      }
      const read = readRecord(bytes, offset, countingCrc32, limits);
      switch (read.kind) {
        case 'end':
          return offset;
        case 'record':
          if (damage !== undefined) {
            visit({ kind: 'damage', ...damage, endOffset: base + offset });
            damage = undefined;
          }
          visit({ kind: 'record', offset: base + offset, record: read.record });
          offset = read.nextOffset;
          break;
        case 'torn':
          // A record that is still coming; at the end of the file, one that never will, though a
          // smaller one may hide behind a damaged length.
          if (!isEnd) return offset;
          damage ??= { offset: base + offset, reason: read.reason };
          offset++;
          break;
        case 'corrupt':
          damage ??= { offset: base + offset, reason: read.reason };
          offset++;
          break;
        default:
          return read satisfies never;
      }
    }
    return bytes.length;
  }

  /**
   * The next place behind damage that is worth a checksum: one that has a kind and a length, ends
   * within the file, and has a header or the end of the file behind it. Not at hand: what stands at
   * the place has to wait for more bytes.
   */
  function nextPlace(bytes: Uint8Array, from: number, isEnd: boolean): Place {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    const isHeader = (offset: number): boolean =>
      view.getUint8(offset + 8) !== 0 && view.getUint32(offset, true) <= limits.maxPayloadBytes;
    let offset = from;
    for (; offset + RECORD_HEADER_BYTES <= bytes.length; offset++) {
      if (!isHeader(offset)) continue;
      const payloadBytes = view.getUint32(offset, true);
      const end = offset + RECORD_HEADER_BYTES + payloadBytes;
      const isFollowed = end + RECORD_HEADER_BYTES <= bytes.length;
      if (!isFollowed && !isEnd) return { offset, isAtHand: false };
      if (end > bytes.length) continue;
      if (isFollowed && !isHeader(end)) {
        if (unlikelyBytesLeft <= 0) continue;
        unlikelyBytesLeft -= payloadBytes;
      }
      return { offset, isAtHand: true };
    }
    return { offset: isEnd ? bytes.length : offset, isAtHand: false };
  }

  return {
    feed(bytes) {
      const atHand = pending.isEmpty() ? bytes : pending.append(bytes);
      const stopped = scan(atHand, false);
      base += stopped;
      pending.keep(atHand, stopped);
    },
    end() {
      base += scan(pending.bytes(), true);
      if (damage === undefined) return { kind: 'clean', endOffset: base };
      return { kind: 'torn', ...damage, isSearched: resyncBytesLeft > 0 };
    },
  };
}

type Place = { readonly offset: number; readonly isAtHand: boolean };

/** The bytes of a record that is not there whole yet, in a buffer that grows by doubling. */
function createPendingBytes() {
  let buffer = new Uint8Array(0);
  let start = 0;
  let end = 0;
  return {
    isEmpty: () => start === end,
    bytes: () => buffer.subarray(start, end),
    append(bytes: Uint8Array): Uint8Array {
      if (end + bytes.length > buffer.length) {
        const larger = new Uint8Array(2 * (end - start + bytes.length));
        larger.set(buffer.subarray(start, end));
        end -= start;
        start = 0;
        buffer = larger;
      }
      buffer.set(bytes, end);
      end += bytes.length;
      return buffer.subarray(start, end);
    },
    /** Keeps what stands from `from` on in the bytes that were at hand. */
    keep(atHand: Uint8Array, from: number): void {
      if (atHand.buffer === buffer.buffer) {
        start += from;
      } else {
        buffer = atHand.slice(from);
        start = 0;
        end = buffer.length;
      }
    },
  };
}

/** Scans bytes that are in memory whole. */
export function scanRecords(
  bytes: Uint8Array,
  crc32: Crc32,
  limits: RecordLimits,
  visit: (event: ScanEvent) => void,
): ScanEnd {
  const scanner = createRecordScanner(crc32, limits, visit);
  scanner.feed(bytes);
  return scanner.end();
}
