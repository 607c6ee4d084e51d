import { crc32 } from 'node:zlib';
import { type Fs, inflateRawSync, type SyncFile } from '@emberscope/node-kit/worker';
import { DamagedBytes } from '../codec/damaged-bytes.ts';
import type { PageRef, SegmentDirectory } from './segment-directory.ts';
import {
  CODEC,
  decodeSegmentFooter,
  MAX_INFLATION,
  SEGMENT_END_MAGIC,
  SEGMENT_FOOTER_BYTES,
  SEGMENT_HEADER_BYTES,
  SEGMENT_MAGIC,
  SEGMENT_VERSION,
  startsWith,
} from './segment-format.ts';

/**
 * A segment file that is open for reading, on a thread that may wait. Its directory is in memory;
 * pages are read when they are asked for.
 */
export type SegmentFile = {
  readonly path: string;
  readonly sizeBytes: number;
  /** crc32 of the directory as it is stored: what the manifest knows the file by. */
  readonly directoryCrc: number;
  readonly directory: SegmentDirectory;
  /** The bytes of a page, checked and inflated. Throws {@link DamagedBytes} when they are bad. */
  page(ref: PageRef): Uint8Array;
  close(): void;
};

/**
 * Opens a segment and reads its directory. Throws an `FsError`, or {@link DamagedBytes} whose
 * message names the file, the place and what is wrong there.
 */
export function openSegment(fs: Fs, path: string): SegmentFile {
  return opened(fs, path, readSegment);
}

/**
 * The same without its directory, for who knows from before where pages are: that of ten thousand
 * services takes a tenth of a second to be read. Throws as {@link openSegment} does.
 */
export function openSegmentPages(fs: Fs, path: string): Pick<SegmentFile, 'page' | 'close'> {
  return opened(fs, path, readFrame);
}

function opened<Read>(fs: Fs, path: string, read: (file: SyncFile, path: string) => Read): Read {
  const file = fs.openSync(path);
  try {
    return read(file, path);
  } catch (error) {
    file.close();
    throw error;
  }
}

function readSegment(file: SyncFile, path: string): SegmentFile {
  const { footer, damage, page, ...frame } = readFrame(file, path);
  const ref: PageRef = [
    footer.offset,
    footer.storedBytes,
    footer.rawBytes,
    footer.crc,
    CODEC.deflateRaw,
  ];
  const directory = parseDirectory(frame.pageUpTo(frame.footerAt, 'the directory', ref), (reason) =>
    damage(`the directory at ${footer.offset}`, reason),
  );
  return {
    path,
    sizeBytes: frame.sizeBytes,
    directoryCrc: footer.crc,
    directory,
    page,
    close: frame.close,
  };
}

/** All but the directory: what a file begins and ends with, and how its pages are read. */
function readFrame(file: SyncFile, path: string) {
  const sizeBytes = file.size();
  const damage = (place: string, reason: string): DamagedBytes =>
    new DamagedBytes(`segment ${path}, ${place}: ${reason}`);
  const leastBytes = SEGMENT_HEADER_BYTES + SEGMENT_FOOTER_BYTES;
  if (sizeBytes < leastBytes) {
    throw damage('the whole file', `${sizeBytes} bytes, and at least ${leastBytes} are needed`);
  }

  function read(place: string, at: number, length: number): Uint8Array<ArrayBuffer> {
    const bytes = new Uint8Array(length);
    let done = 0;
    while (done < length) {
      const count = file.read(bytes.subarray(done), at + done);
      if (count === 0) throw damage(place, `the file ends at ${at + done} by now`);
      done += count;
    }
    return bytes;
  }

  function pageUpTo(
    pagesEnd: number,
    place: string,
    [offset, storedBytes, rawBytes, crc, codec]: PageRef,
  ): Uint8Array {
    const where = `${place} at ${offset}`;
    const end = offset + storedBytes;
    if (offset < SEGMENT_HEADER_BYTES || end > pagesEnd) {
      throw damage(where, `${storedBytes} bytes do not lie in ${SEGMENT_HEADER_BYTES}-${pagesEnd}`);
    }
    const stored = read(where, offset, storedBytes);
    const actualCrc = crc32(stored);
    if (actualCrc !== crc) {
      throw damage(where, `checksum ${hex(actualCrc)} where ${hex(crc)} is written`);
    }
    switch (codec) {
      case CODEC.raw:
      case CODEC.rawByStack:
        if (storedBytes !== rawBytes) {
          throw damage(where, `${storedBytes} plain bytes that are to be ${rawBytes}`);
        }
        return stored;
      case CODEC.deflateRaw:
      case CODEC.deflateRawByStack:
        return inflate(where, stored, rawBytes);
      default:
        throw damage(where, `codec ${codec satisfies never}, which this version does not know`);
    }
  }

  function inflate(where: string, stored: Uint8Array, rawBytes: number): Uint8Array {
    if (rawBytes < 1 || rawBytes > stored.length * MAX_INFLATION) {
      throw damage(where, `${stored.length} deflated bytes cannot be ${rawBytes}`);
    }
    let raw: Uint8Array;
    try {
      raw = inflateRawSync(stored, {
        maxOutputLength: rawBytes,
        chunkSize: Math.max(MIN_CHUNK_BYTES, rawBytes),
      });
    } catch (error) {
      throw damage(
        where,
        `does not inflate to ${rawBytes} bytes (${error instanceof Error ? error.message : error})`,
      );
    }
    if (raw.length !== rawBytes) {
      throw damage(where, `inflates to ${raw.length} bytes, and ${rawBytes} are written`);
    }
    // No Buffer: `slice` of one is a window, of what it says it is a copy.
    return new Uint8Array(raw.buffer, raw.byteOffset, raw.length);
  }

  const header = read('the header', 0, SEGMENT_HEADER_BYTES);
  if (!startsWith(header, SEGMENT_MAGIC)) throw damage('the header', 'this is no segment file');
  checkVersion(damage, 'the header', header[6] ?? 0, header[7] ?? 0);
  const footerAt = sizeBytes - SEGMENT_FOOTER_BYTES;
  const footerPlace = `the footer at ${footerAt}`;
  const footerBytes = read(footerPlace, footerAt, SEGMENT_FOOTER_BYTES);
  if (!startsWith(footerBytes.subarray(SEGMENT_FOOTER_BYTES - 8), SEGMENT_END_MAGIC)) {
    throw damage(footerPlace, 'this is not how a segment ends');
  }
  const footer = decodeSegmentFooter(footerBytes);
  if (footer.version !== SEGMENT_VERSION) {
    throw damage(footerPlace, `version ${footer.version}, and ${SEGMENT_VERSION} is the one known`);
  }
  if (footer.offset < SEGMENT_HEADER_BYTES || footer.offset + footer.storedBytes !== footerAt) {
    const range = `${footer.offset}-${footer.offset + footer.storedBytes}`;
    throw damage(footerPlace, `a directory at ${range}, which must end at ${footerAt}`);
  }
  return {
    ...{ sizeBytes, footerAt, footer, damage, pageUpTo },
    // The directory begins behind the last one.
    page: (ref: PageRef) => pageUpTo(footer.offset, 'page', ref),
    close() {
      try {
        file.close();
      } catch {
        // It was only read: there is nothing that could have been lost.
      }
    },
  };
}

/** Zlib refuses smaller ones. */
const MIN_CHUNK_BYTES = 64;

function checkVersion(
  damage: (place: string, reason: string) => DamagedBytes,
  place: string,
  low: number,
  high: number,
): void {
  const version = low + 256 * high;
  if (version === SEGMENT_VERSION) return;
  const age = version > SEGMENT_VERSION ? 'a newer' : 'an unknown';
  throw damage(place, `${age} version ${version}, and ${SEGMENT_VERSION} is the one known`);
}

/** Its checksum is right, so it is what a writer of this version wrote. */
function parseDirectory(
  bytes: Uint8Array,
  damage: (reason: string) => DamagedBytes,
): SegmentDirectory {
  try {
    return JSON.parse(new TextDecoder().decode(bytes)) as SegmentDirectory;
  } catch (error) {
    throw damage(`no JSON (${error instanceof Error ? error.message : error})`);
  }
}

function hex(crc: number): string {
  return crc.toString(16).padStart(8, '0');
}
