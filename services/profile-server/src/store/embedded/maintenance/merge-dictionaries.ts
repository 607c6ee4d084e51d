import { createByteReader } from '../codec/byte-reader.ts';
import { createByteWriter } from '../codec/byte-writer.ts';
import { DamagedBytes } from '../codec/damaged-bytes.ts';
import { hasRowsBetween, type RowCounts, readDictionaryRows } from '../codec/dictionary-rows.ts';
import { createRowColumns } from '../codec/row-columns.ts';
import { inFile } from '../segment/level-rows.ts';
import type { EpochDirectory, TableDirectory } from '../segment/segment-directory.ts';
import type { SegmentFile } from '../segment/segment-file.ts';
import type { SegmentWriter } from '../segment/segment-writer.ts';

/** One dictionary, as several segments have it, and the tables that are of it. */
export type EpochInputs = {
  readonly tenant: string;
  readonly service: string;
  readonly day: number;
  readonly ordinal: number;
  /** By the rows that they begin with. */
  readonly pieces: readonly EpochPiece[];
  readonly tables: readonly TableInput[];
  /** More than any stack that is known of. */
  readonly stackCount: number;
};

export type EpochPiece = { readonly segment: SegmentFile; readonly epoch: EpochDirectory };
export type TableInput = { readonly segment: SegmentFile; readonly table: TableDirectory };

/** The dictionaries that some segments have rows or profiles of, in the order of their first one. */
export function gatherEpochs(segments: readonly SegmentFile[]): readonly EpochInputs[] {
  const byKey = new Map<string, { pieces: EpochPiece[]; tables: TableInput[] }>();
  for (const segment of segments) {
    const { epochs, tables } = segment.directory;
    for (const [place, epoch] of epochs.entries()) {
      const { tenant, service, day, ordinal } = epoch;
      const key = JSON.stringify([tenant, service, day, ordinal]);
      const known = byKey.get(key) ?? { pieces: [], tables: [] };
      byKey.set(key, known);
      known.pieces.push({ segment, epoch });
      for (const table of tables) if (table.epoch === place) known.tables.push({ segment, table });
    }
  }
  return Array.from(byKey.values(), ({ pieces, tables }) => {
    const sorted = pieces.sort((a, b) => sizeOf(a.epoch.before) - sizeOf(b.epoch.before));
    const first = sorted[0]?.epoch;
    if (first === undefined) throw new Error('a dictionary without a piece');
    const { tenant, service, day, ordinal } = first;
    const stackCount = Math.max(...sorted.map(({ epoch }) => epoch.after.stacks));
    return { tenant, service, day, ordinal, pieces: sorted, tables, stackCount };
  });
}

/**
 * Writes the rows of a dictionary as few pages: one where all follow one another. Between segments
 * that are not merged together rows may be missing, and then each run of them is an entry.
 */
export async function writeMergedRows(
  writer: SegmentWriter,
  { tenant, service, day, ordinal, pieces }: EpochInputs,
): Promise<readonly EpochDirectory[]> {
  const merged: EpochDirectory[] = [];
  const withRows = pieces.filter(({ epoch }) => hasRowsBetween(epoch.before, epoch.after));
  const needed = withRows.length > 0 ? withRows : pieces.slice(0, 1);
  for (const run of runsOf(needed)) {
    const before = run[0]?.epoch.before;
    const after = run.at(-1)?.epoch.after;
    if (before === undefined || after === undefined) continue;
    const page = await writer.addPage(pageOfRun(run, before, after));
    merged.push({ tenant, service, day, ordinal, before, after, page });
  }
  return merged;
}

/** Pieces of which each begins where the one before ends. */
function runsOf(pieces: readonly EpochPiece[]): readonly (readonly EpochPiece[])[] {
  const runs: EpochPiece[][] = [];
  for (const piece of pieces) {
    const run = runs.at(-1);
    const end = run?.at(-1)?.epoch.after;
    if (run !== undefined && end !== undefined && isSame(end, piece.epoch.before)) run.push(piece);
    else runs.push([piece]);
  }
  return runs;
}

function pageOfRun(run: readonly EpochPiece[], before: RowCounts, after: RowCounts): Uint8Array {
  const [only, ...others] = run;
  if (only !== undefined && others.length === 0) return only.segment.page(only.epoch.page);
  const columns = createRowColumns(before);
  for (const { segment, epoch } of run) {
    inFile(segment, () => {
      columns.append(
        readDictionaryRows(createByteReader(segment.page(epoch.page)), columns.counts()),
      );
      if (!isSame(columns.counts(), epoch.after)) {
        throw new DamagedBytes(`rows of ${epoch.service} that are not as many as they should be`);
      }
    });
  }
  const out = createByteWriter();
  columns.write(out, after);
  return out.view();
}

function isSame(a: RowCounts, b: RowCounts): boolean {
  return !hasRowsBetween(a, b) && !hasRowsBetween(b, a);
}

/** Grows with every row of any sort. */
function sizeOf({ strings, functions, mappings, locations, stacks }: RowCounts): number {
  return strings + functions + mappings + locations + stacks;
}
