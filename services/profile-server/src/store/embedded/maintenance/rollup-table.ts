import type { LabelSet } from '@emberscope/labels';
import { MILLIS_PER_HOUR } from '@emberscope/units';
import type { EncodedSamples } from '../codec/log-records.ts';
import { inFile, type LevelRows, openLevel } from '../segment/level-rows.ts';
import { createLevelWriter, type LevelRow } from '../segment/level-writer.ts';
import type { TableDirectory } from '../segment/segment-directory.ts';
import type { SegmentFile } from '../segment/segment-file.ts';
import type { SegmentWriter } from '../segment/segment-writer.ts';
import { createSampleDecoder, type DecodedSamples } from './decode-samples.ts';
import type { DeletionsOfStream, StreamDeletions } from './deleted-types.ts';
import type { StackFold } from './fold-stacks.ts';
import type { TableInput } from './merge-dictionaries.ts';
import { hourOf, kindOf, MERGE_BLOCKS } from './merge-table.ts';
import { createRowSums } from './row-sums.ts';
import { createSampleSums } from './sample-sums.ts';
import { createTableRemarks, remarksFrom } from './table-remarks.ts';
import { createTableStreams, labelSetOfColumn, sortStreams } from './table-streams.ts';
import { encodeWithoutTypes } from './without-types.ts';

export type TableRollup = {
  readonly tenant: string;
  readonly day: number;
  readonly inputs: readonly TableInput[];
  readonly foldOf: ReadonlyMap<TableDirectory, StackFold>;
  /** What was deleted of sums; profiles are read as they are. */
  readonly deletionsOf: DeletionsOfStream;
};

type Source = {
  readonly segment: SegmentFile;
  /** A roll-up has none. */
  readonly profiles: LevelRows | undefined;
  readonly hours: LevelRows | undefined;
  /** Where its remarks stand in the table that is written. */
  readonly placeOfRemarks: (place: number) => number;
  readonly placeOfKey: ReadonlyMap<string, number>;
  readonly newestMillis: readonly number[];
  readonly fold: StackFold;
};

/** A sum of an hour or a profile that is alone in its hour. */
type Part = {
  readonly source: Source;
  readonly hour: number;
  readonly row: LevelRow;
  readonly samples: () => EncodedSamples;
  /** Types that were deleted of it; undefined when none is. */
  readonly isDeleted: readonly boolean[] | undefined;
};

/**
 * Writes sums of hours and of the day of all tables of a service that are of one kind; undefined
 * when nothing is left of them.
 */
export async function rollupTables(
  writer: SegmentWriter,
  { tenant, day, inputs, foldOf, deletionsOf }: TableRollup,
): Promise<Omit<TableDirectory, 'epoch'> | undefined> {
  const kind = kindOf(inputs);
  const typeCount = kind.sampleTypes.length;
  const remarks = createTableRemarks();
  const streams = createTableStreams();
  const labelsOf = inputs.map(({ segment, table }) =>
    inFile(segment, () => table.streams.labels.map(labelSetOfColumn)),
  );
  const sources = inputs.map(({ segment, table }, i): Source => {
    const profiles = openLevel(segment, table, 'profile');
    const hours = openLevel(segment, table, 'hour');
    const fold = foldOf.get(table);
    if ((profiles ?? hours) === undefined || fold === undefined) {
      throw new Error(`segment ${segment.path} has nothing to roll up`);
    }
    return {
      ...{ segment, profiles, fold, hours },
      placeOfRemarks: remarksFrom(table.remarks, remarks),
      placeOfKey: new Map(labelsOf[i]?.map(({ key }, place) => [key, place])),
      newestMillis: table.streams.newestMillis,
    };
  });
  const hours = createLevelWriter(writer, 'hour', day, typeCount, MERGE_BLOCKS);
  const days = createLevelWriter(writer, 'day', day, typeCount, MERGE_BLOCKS);
  const decoder = createSampleDecoder(typeCount);
  const hourRowSums = createRowSums(typeCount);
  const dayRowSums = createRowSums(typeCount);
  const hourSums = createSampleSums(typeCount);
  const daySums = createSampleSums(typeCount);

  async function endHour(): Promise<void> {
    if (hourRowSums.profileCount() === 0) return;
    const row = hourRowSums.take();
    streams.add(row);
    await hours.add(row, hourSums.encode());
  }

  function decodePart({ source, samples, isDeleted }: Part): DecodedSamples {
    const stackCount = source.fold.folded.length;
    const decoded = decoder.decode(samples(), stackCount);
    if (isDeleted === undefined) return decoded;
    return decoder.decode(encodeWithoutTypes(decoded, undefined, isDeleted), stackCount);
  }

  async function rollUpStream(labels: LabelSet): Promise<void> {
    const deletions = deletionsOf({ tenant, labels, ...kind });
    const parts = sources
      .flatMap((source) => partsOf(source, labels.key))
      .flatMap((part) => withoutDeleted(part, deletions) ?? [])
      .sort((a, b) => compareRows(a.row, b.row));
    if (parts.length === 0) return;
    const stream = streams.begin(labels);
    let hour = parts[0]?.hour ?? 0;
    for (const part of parts) {
      if (part.hour !== hour) await endHour();
      hour = part.hour;
      const { segment, fold, placeOfRemarks } = part.source;
      const decoded = inFile(segment, () => decodePart(part));
      fold.fold(decoded.stack, decoded.length);
      const row = { ...part.row, stream, remarks: placeOfRemarks(part.row.remarks) };
      for (const rowSums of [hourRowSums, dayRowSums]) rowSums.add(row);
      for (const sums of [hourSums, daySums]) sums.addFolded(decoded, row.totals, fold.folded);
    }
    await endHour();
    await days.add(dayRowSums.take(), daySums.encode());
    for (const { placeOfKey, newestMillis } of sources) {
      const place = placeOfKey.get(labels.key);
      if (place !== undefined) streams.extend(newestMillis[place] ?? 0);
    }
  }

  for (const labels of sortStreams(labelsOf.flat()).sorted) await rollUpStream(labels);
  if (hours.rowCount() === 0) return undefined;
  return {
    ...kind,
    streams: streams.columns(),
    remarks: remarks.list(),
    levels: [await hours.finish(), await days.finish()],
  };
}

/** What adds up to the hours of a stream in one table: sums where there are any. */
function partsOf(source: Source, key: string): readonly Part[] {
  const { profiles, hours, placeOfKey } = source;
  const place = placeOfKey.get(key);
  if (place === undefined) return [];
  const parts: Part[] = [];
  const summed = new Set<number>();
  const add = (level: LevelRows, at: number): void => {
    const row = level.row(at);
    const hour = hourOf(row.timeMillis);
    if (level === hours) summed.add(hour);
    else if (summed.has(hour)) return;
    parts.push({ source, hour, row, samples: () => level.samplesOf(at), isDeleted: undefined });
  };
  for (const level of [hours, profiles]) {
    if (level === undefined) continue;
    for (let at = level.firstRowOf(place); at < level.firstRowOf(place + 1); at++) add(level, at);
  }
  return parts;
}

/** The part but for what was deleted of it; undefined when nothing is left. */
function withoutDeleted(part: Part, deletions: StreamDeletions | undefined): Part | undefined {
  const { row, hour } = part;
  const isDeleted = deletions?.ofSum(hour * MILLIS_PER_HOUR, (hour + 1) * MILLIS_PER_HOUR);
  if (isDeleted === undefined) return part;
  const left = (values: LevelRow['totals']) =>
    values.map((value, type) => (isDeleted[type] === true ? 0 : value));
  const totals = left(row.totals);
  if (totals.every((total) => Number(total) === 0)) return undefined;
  return { ...part, row: { ...row, totals, largest: left(row.largest) }, isDeleted };
}

function compareRows(a: LevelRow, b: LevelRow): number {
  return a.timeMillis - b.timeMillis || a.timeNanosOnTop - b.timeNanosOnTop;
}
