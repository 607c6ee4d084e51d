import { createHash } from 'node:crypto';
import { dirname, join } from 'node:path';
import { crc32 } from 'node:zlib';
import {
  type File,
  type Fs,
  makeDirectoryDurably,
  temporaryPathOf,
  writeFully,
} from '@emberscope/node-kit/worker';
import { DamagedBytes } from '../codec/damaged-bytes.ts';
import { type Deflate, deflateOffThread } from './deflate-page.ts';
import type { PageRef, SegmentDirectory } from './segment-directory.ts';
import { openSegment } from './segment-file.ts';
import {
  CODEC,
  encodeSegmentFooter,
  encodeSegmentHeader,
  SEGMENT_VERSION,
} from './segment-format.ts';

/**
 * Writes one segment file: pages in any order, the directory last. Nothing has the file's name
 * before all of it is durable and was read back.
 *
 *     write NAME.tmp -> fsync -> open it and compare -> rename -> sync the folder
 */
export type SegmentWriter = {
  /** Deflates a page and puts it behind the others. `raw` is free again when this resolves. */
  addPage(raw: Uint8Array): Promise<PageRef>;
  /** The same for several, which are deflated at the same time. `byStack`: they are in that order. */
  addPages(raws: readonly Uint8Array[], byStack?: boolean): Promise<readonly PageRef[]>;
  /** For what is random and only becomes larger. */
  addPlainPage(raw: Uint8Array): Promise<PageRef>;
  finish(directory: SegmentDirectory): Promise<WrittenSegment>;
  /** Leaves nothing behind. May be called at any time, also after a failure; it never rejects. */
  abort(): Promise<void>;
};

export type WrittenSegment = { readonly sizeBytes: number; readonly directoryCrc: number };

export type SegmentWriterOptions = {
  readonly fs: Fs;
  readonly dataDir: string;
  /** Below the data directory, with `/`. */
  readonly file: string;
  /** Of zlib: 1 is fast, 6 makes 5 % less. */
  readonly level: number;
  readonly deflate?: Deflate;
  /**
   * Whether a page that is there already is not written again: a day of one hour has the sums of the
   * hour, and a pod that lived for minutes has no others. Costs a hash of all bytes.
   */
  readonly sharesPages?: boolean;
};

/** Small enough for a disk to do other things in between, large enough to cost few calls. */
const SLICE_BYTES = 1024 * 1024;

/** Of a page that small, deflate cannot save what its own frame takes. */
const MIN_DEFLATED_BYTES = 24;

/** Smaller ones take less than what says where they are. */
const MIN_SHARED_BYTES = 64;

/** A page is stored deflated when that saves a 32nd at least: reading it costs time. */
const WORTHWHILE_SHARE = 31 / 32;

export async function createSegmentWriter(options: SegmentWriterOptions): Promise<SegmentWriter> {
  const { fs, level, deflate = deflateOffThread } = options;
  const path = join(options.dataDir, options.file);
  const temporary = temporaryPathOf(path);
  await makeDirectoryDurably(fs, dirname(path));
  const file: File = await fs.open(temporary, 'truncate');
  const slice = new Uint8Array(SLICE_BYTES);
  let sliceAt = 0;
  let sliceLength = 0;
  let isRenamed = false;

  async function writeSlice(): Promise<void> {
    if (sliceLength === 0) return;
    await writeFully(file, slice.subarray(0, sliceLength), sliceAt);
    sliceAt += sliceLength;
    sliceLength = 0;
  }

  /** Answers where the bytes will stand. */
  async function append(bytes: Uint8Array): Promise<number> {
    const offset = sliceAt + sliceLength;
    for (let done = 0; done < bytes.length; ) {
      if (sliceLength === SLICE_BYTES) await writeSlice();
      const piece = bytes.subarray(done, done + SLICE_BYTES - sliceLength);
      slice.set(piece, sliceLength);
      sliceLength += piece.length;
      done += piece.length;
    }
    return offset;
  }

  async function appendPage(
    raw: Uint8Array,
    deflated: Uint8Array | undefined,
    byStack: boolean,
  ): Promise<PageRef> {
    const isSmaller = deflated !== undefined && deflated.length <= raw.length * WORTHWHILE_SHARE;
    const stored = isSmaller ? deflated : raw;
    const offset = await append(stored);
    const codec = byStack
      ? isSmaller
        ? CODEC.deflateRawByStack
        : CODEC.rawByStack
      : isSmaller
        ? CODEC.deflateRaw
        : CODEC.raw;
    return [offset, stored.length, raw.length, crc32(stored), codec];
  }

  const written = new Map<string, PageRef>();

  /** What tells a page that may be shared from others. */
  function keyOf(raw: Uint8Array, byStack: boolean): string | undefined {
    if (options.sharesPages !== true || raw.length < MIN_SHARED_BYTES) return undefined;
    return `${byStack} ${createHash('sha256').update(raw).digest('base64')}`;
  }

  async function addPages(
    raws: readonly Uint8Array[],
    byStack = false,
  ): Promise<readonly PageRef[]> {
    const keys = raws.map((raw) => keyOf(raw, byStack));
    const known = keys.map((key) => (key === undefined ? undefined : written.get(key)));
    const deflated = await Promise.all(
      raws.map((raw, i) => (known[i] === undefined ? deflateIfLarge(raw) : undefined)),
    );
    const refs: PageRef[] = [];
    for (const [i, raw] of raws.entries()) {
      const ref = known[i] ?? (await appendPage(raw, deflated[i], byStack));
      const key = keys[i];
      if (key !== undefined) written.set(key, ref);
      refs.push(ref);
    }
    return refs;
  }

  const deflateIfLarge = async (raw: Uint8Array): Promise<Uint8Array | undefined> =>
    raw.length < MIN_DEFLATED_BYTES ? undefined : deflate(raw, level);

  async function readBack(directoryCrc: number, sizeBytes: number): Promise<void> {
    const written = openSegment(fs, temporary);
    written.close();
    if (written.sizeBytes !== sizeBytes || written.directoryCrc !== directoryCrc) {
      throw new DamagedBytes(
        `segment ${temporary}: ${sizeBytes} bytes were written, and ${written.sizeBytes} others are read back`,
      );
    }
  }

  await append(encodeSegmentHeader());
  return {
    async addPage(raw) {
      const [ref] = await addPages([raw]);
      if (ref === undefined) throw new Error('a page was written and has no place');
      return ref;
    },
    addPages,
    addPlainPage: (raw) => appendPage(raw, undefined, false),
    async finish(directory) {
      const raw = new TextEncoder().encode(JSON.stringify(directory));
      const stored = await deflate(raw, level);
      const offset = await append(stored);
      const crc = crc32(stored);
      const footer = {
        offset,
        storedBytes: stored.length,
        rawBytes: raw.length,
        crc,
        version: SEGMENT_VERSION,
      };
      await append(encodeSegmentFooter(footer));
      await writeSlice();
      await file.sync();
      await file.close();
      await readBack(crc, sliceAt);
      await fs.rename(temporary, path);
      isRenamed = true;
      await fs.syncDir(dirname(path));
      return { sizeBytes: sliceAt, directoryCrc: crc };
    },
    async abort() {
      // What went wrong before is what the caller hears of. A file that stays is swept at the start.
      await file.close().catch(() => {});
      await fs.unlink(isRenamed ? path : temporary).catch(() => {});
    },
  };
}
