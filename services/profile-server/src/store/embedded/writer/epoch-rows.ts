import type { Fs } from '@emberscope/node-kit/worker';
import { createByteStringRows } from '../../dictionary/byte-string-rows.ts';
import { createDictionary, type Dictionary } from '../../dictionary/dictionary.ts';
import { createByteReader } from '../codec/byte-reader.ts';
import { DamagedBytes } from '../codec/damaged-bytes.ts';
import { type RowCounts, readDictionaryRows } from '../codec/dictionary-rows.ts';
import { RECORD_KIND, readEpochRecord, readProfileRecord } from '../codec/log-records.ts';
import { forEachRecord } from '../log/for-each-record.ts';
import { bytesOfChunk, publishedBytes } from '../log/log-chunk.ts';
import type { RecordChunks } from '../log/record-chunks.ts';
import { rowsOf } from '../log/rows-check.ts';
import type { EpochDirectory } from '../segment/segment-directory.ts';
import { openSegmentPages } from '../segment/segment-file.ts';
import { dictionaryIntake } from './dictionary-intake.ts';
import { keyOfOwner } from './epoch-key.ts';

/** The rows that one generation adds to one dictionary. */
export type GenerationRows = {
  readonly ordinal: number;
  readonly before: RowCounts;
  /** Where rows lie in chunks, in the order of the file. */
  readonly runs: readonly {
    readonly bytes: Uint8Array;
    readonly at: number;
    readonly end: number;
  }[];
};

/** By the key of the owner: the dictionaries that a generation adds to, or only refers to. */
export type RowsOfGeneration = ReadonlyMap<string, readonly GenerationRows[]>;

/**
 * The rows of all dictionaries of a generation, as far as it is written when they are asked for. Each
 * record is looked at once: a dictionary that is not in memory is asked for in every batch where
 * there are many, and generations have 64 MiB.
 */
export function createRowsOfGeneration({
  records,
}: {
  readonly records: Pick<RecordChunks, 'chunks'>;
}): () => RowsOfGeneration {
  const byKey = new Map<string, GenerationRows[]>();
  const byNumber = new Map<number, { bytes: Uint8Array; at: number; end: number }[]>();
  /** How far the last chunk was read. */
  let readChunks = 0;
  let readBytes = 0;

  function visit(kind: number, bytes: Uint8Array, start: number, end: number): void {
    if (kind === RECORD_KIND.epoch) {
      const epoch = readEpochRecord(bytes.subarray(start, end));
      const runs: { bytes: Uint8Array; at: number; end: number }[] = [];
      byNumber.set(epoch.number, runs);
      const key = keyOfOwner(epoch);
      const known = byKey.get(key);
      const rows = { ordinal: epoch.ordinal, before: epoch.before, runs };
      if (known === undefined) byKey.set(key, [rows]);
      else known.push(rows);
      return;
    }
    if (kind !== RECORD_KIND.profile) return;
    const { epoch, rowsAt, rowsEnd } = readProfileRecord(bytes, start, end);
    if (rowsEnd > rowsAt) byNumber.get(epoch)?.push({ bytes, at: rowsAt, end: rowsEnd });
  }

  return () => {
    const chunks = records.chunks();
    for (const [place, chunk] of chunks.entries()) {
      if (place < readChunks) continue;
      const bytes = bytesOfChunk(chunk);
      const length = publishedBytes(chunk);
      forEachRecord(bytes, readBytes, length, (kind, start, end) => visit(kind, bytes, start, end));
      // Only the last one grows.
      const isLast = place === chunks.length - 1;
      readChunks = isLast ? place : place + 1;
      readBytes = isLast ? length : 0;
    }
    return byKey;
  };
}

/** The rows of one dictionary in one segment file. */
export type SegmentRows = { readonly path: string; readonly epoch: EpochDirectory };

/** The rows that some segments hold. */
export type RowsInSegments = {
  /** Of an owner. */
  of(key: string): readonly SegmentRows[];
  /** There are none of any. */
  readonly isEmpty: boolean;
  /** False when a segment could not be read: there may be more. */
  readonly isWhole: boolean;
};

/**
 * A dictionary as segments and then generations of the log hold it. Throws an FsError, or
 * {@link DamagedBytes} when a part is missing or bad: what was written with it stays readable as far
 * as it is whole, but nothing can be added any more.
 */
export function loadDictionary(
  fs: Fs,
  segments: readonly SegmentRows[],
  generations: readonly GenerationRows[],
): Dictionary {
  const dictionary = createDictionary(createByteStringRows());
  const intake = dictionaryIntake(dictionary);
  const inOrder = [...segments].sort((a, b) => rowsOf(a.epoch.before) - rowsOf(b.epoch.before));
  for (const { path, epoch } of inOrder) {
    checkFollows(intake.counts(), epoch.before);
    if (rowsOf(epoch.after) === rowsOf(epoch.before)) continue;
    const file = openSegmentPages(fs, path);
    try {
      const from = createByteReader(file.page(epoch.page));
      intake.append(readDictionaryRows(from, intake.counts()));
    } finally {
      file.close();
    }
  }
  for (const { before, runs } of generations) {
    checkFollows(intake.counts(), before);
    for (const { bytes, at, end } of runs) {
      intake.append(readDictionaryRows(createByteReader(bytes, at, end), intake.counts()));
    }
  }
  return dictionary;
}

function checkFollows(counts: RowCounts, before: RowCounts): void {
  if (rowsOf(counts) === rowsOf(before)) return;
  throw new DamagedBytes(
    `dictionary rows behind ${rowsOf(before)} others, of which ${rowsOf(counts)} are there`,
  );
}
