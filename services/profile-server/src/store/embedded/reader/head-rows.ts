import type { ProfileKind } from '../../parts/profile-kind.ts';
import type { ProfileRemarks } from '../../parts/profile-remarks.ts';
import { createHeadColumns, type GrowingHeadColumns, type HeadColumns } from './head-columns.ts';
import type { HeadCursor } from './head-cursor.ts';
import { createHeadStreams, type HeadStreams } from './head-streams.ts';

/**
 * Profiles of one epoch and kind in one generation of the log, in the order of the log, which is
 * that of their arrival. A row says where in the chunks the rest of its profile stands.
 */
export type HeadRows = {
  /** `stream`: its place in the table. */
  append(profile: HeadCursor, stream: number, chunk: number): void;
  /** The columns as they stand; the same object until a row comes. */
  columns(): HeadColumns;
  readonly length: () => number;
  /** No row lies outside of these two, in ms since the epoch. */
  readonly oldestMillis: () => number;
  readonly newestMillis: () => number;
  /** A cell for each stream, by its place in the table. */
  readonly streams: HeadStreams;
  remarksAt(row: number): ProfileRemarks;
  /** Those of all rows; undefined when they differ. */
  commonRemarks(): ProfileRemarks | undefined;
};

/**
 * A table of so few rows has columns when somebody asks for them: a dozen columns for each of ten
 * thousand services take 150 MB, and nearly all of them are never looked at.
 */
const FEW_ROWS = 8;

/** Of a row that is in no column so far: its stream, its chunk, where its record begins and ends. */
const WAITING_CELLS = 4;

/** `chunks` of the generation; `cursor` to read records again with, which nobody else reads with. */
export function createHeadRows(
  kind: ProfileKind,
  chunks: readonly Uint8Array[],
  cursor: HeadCursor,
): HeadRows {
  let waiting: number[] = [];
  let columns: GrowingHeadColumns | undefined;
  let length = 0;
  let oldestMillis = Number.POSITIVE_INFINITY;
  let newestMillis = Number.NEGATIVE_INFINITY;
  const streams = createHeadStreams();

  function withColumns(): GrowingHeadColumns {
    if (columns !== undefined) return columns;
    columns = createHeadColumns(kind);
    for (let at = 0; at < waiting.length; at += WAITING_CELLS) {
      const [stream = 0, chunk = 0, start = 0, end = 0] = waiting.slice(at, at + WAITING_CELLS);
      const bytes = chunkAt(chunk);
      cursor.read(bytes, start, end);
      columns.append(cursor, stream, chunk, bytes);
    }
    waiting = [];
    return columns;
  }

  function chunkAt(chunk: number): Uint8Array {
    const bytes = chunks[chunk];
    if (bytes === undefined) throw new Error(`a row of chunk ${chunk} of ${chunks.length}`);
    return bytes;
  }

  return {
    append(profile, stream, chunk) {
      length++;
      streams.meet(stream, profile);
      if (profile.timeMillis < oldestMillis) oldestMillis = profile.timeMillis;
      if (profile.timeMillis > newestMillis) newestMillis = profile.timeMillis;
      if (columns === undefined && length <= FEW_ROWS) {
        waiting.push(stream, chunk, profile.recordAt, profile.recordEnd);
      } else withColumns().append(profile, stream, chunk, chunkAt(chunk));
    },
    columns: () => withColumns().view(),
    length: () => length,
    oldestMillis: () => oldestMillis,
    newestMillis: () => newestMillis,
    streams,
    commonRemarks: () => withColumns().commonRemarks(),
    remarksAt: (row) => withColumns().remarksAt(row),
  };
}
