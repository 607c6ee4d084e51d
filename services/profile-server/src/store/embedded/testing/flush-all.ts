import type { Fs } from '@emberscope/node-kit';
import type { GenerationView } from '../log/log-chunk.ts';
import { flushGeneration } from '../maintenance/flush-generation.ts';
import { daysOf } from '../maintenance/generation-content.ts';
import type { FlushResult, MergeJob, MergeResult } from '../maintenance/maintenance-jobs.ts';
import { mergeSegments } from '../maintenance/merge-segments.ts';
import type { DeletionEntry, SegmentEntry } from '../manifest/manifest.ts';
import { deflateHere } from '../segment/deflate-page.ts';
import { openSegment } from '../segment/segment-file.ts';
import { type PlainRow, plainRows } from './plain-segment.ts';

export const DATA_DIR = '/data';
export const FLUSH_MILLIS = 1_795_600_000_000;

let nextFile = 1;

/** Flushes one generation as a store would. */
export function flushOne(
  fs: Fs,
  generation: GenerationView,
  deletions: readonly DeletionEntry[] = [],
): Promise<FlushResult> {
  const files = daysOf(generation).map(() => nextFile++);
  return flushGeneration(
    fs,
    { dataDir: DATA_DIR, generation, deletions, sequence: 1, files, nowMillis: FLUSH_MILLIS },
    { deflate: deflateHere },
  );
}

/** Merges segments of one day as a store would when the day is over. */
export function mergeAll(
  fs: Fs,
  inputs: readonly SegmentEntry[],
  changed: Partial<MergeJob> = {},
): Promise<MergeResult> {
  const job: MergeJob = {
    ...{ dataDir: DATA_DIR, day: inputs[0]?.day ?? 0, inputs, deletions: [], sequence: 2 },
    ...{ file: nextFile++, kind: 'day', rollup: true },
    ...{ nowMillis: FLUSH_MILLIS, pushIdsSinceMillis: 0, ...changed },
  };
  return mergeSegments(fs, job, { deflate: deflateHere });
}

/** All rows of some segments, in an order of their own: tables come in that of their first profile. */
export function rowsOf(fs: Fs, entries: readonly SegmentEntry[]): readonly PlainRow[] {
  const files = entries.map(({ file }) => openSegment(fs, `${DATA_DIR}/${file}`));
  const rows = plainRows(files);
  for (const file of files) file.close();
  const keyOf = ({ level, tenant, stream, timeMillis, timeNanosOnTop, id, arrival }: PlainRow) =>
    [level, tenant, stream, timeMillis, timeNanosOnTop, id, arrival].join(' ');
  return rows
    .map((row) => ({ key: keyOf(row), row }))
    .sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0))
    .map(({ row }) => row);
}
