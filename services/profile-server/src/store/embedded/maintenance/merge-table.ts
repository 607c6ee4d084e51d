import type { LabelSet } from '@emberscope/labels';
import type { ValueType } from '@emberscope/profile';
import { MILLIS_PER_HOUR } from '@emberscope/units';
import type { EncodedSamples } from '../codec/log-records.ts';
import { inFile, type LevelRows, openLevel } from '../segment/level-rows.ts';
import { type BlockLimits, createLevelWriter, type LevelRow } from '../segment/level-writer.ts';
import type { LevelDirectory, TableDirectory } from '../segment/segment-directory.ts';
import type { SegmentFile } from '../segment/segment-file.ts';
import type { SegmentWriter } from '../segment/segment-writer.ts';
import { createSampleDecoder } from './decode-samples.ts';
import type { DeletionsOfStream, StreamDeletions } from './deleted-types.ts';
import type { EpochInputs, TableInput } from './merge-dictionaries.ts';
import { createRowSums } from './row-sums.ts';
import { createSampleSums } from './sample-sums.ts';
import type { SegmentSummary } from './segment-summary.ts';
import { createTableRemarks } from './table-remarks.ts';
import { createTableStreams, labelSetOfColumn, sortStreams } from './table-streams.ts';
import { encodeWithoutTypes } from './without-types.ts';

/** A day's profiles of a stream lie side by side by now: the more of them, the more they share. */
export const MERGE_BLOCKS: BlockLimits = {
  maxRows: 240,
  maxRawBytes: 128 * 1024,
  byStack: true,
};

export type TableMerge = {
  readonly epoch: EpochInputs;
  readonly inputs: readonly TableInput[];
  /** The day is over: write its sums. */
  readonly hasDayLevel: boolean;
  readonly deletionsOf: DeletionsOfStream;
  readonly summary: SegmentSummary;
};

/** A table of one input, with how far it has been read. */
type Source = {
  readonly segment: SegmentFile;
  readonly profiles: LevelRows;
  readonly hours: LevelRows | undefined;
  readonly remarks: readonly number[];
  /** Place of a stream in this input by its key. */
  readonly placeOfKey: ReadonlyMap<string, number>;
  /** Of the stream that is merged now. */
  place: number;
  row: number;
  endRow: number;
  hourRow: number;
  /** Rows of the hour that is merged now. */
  readonly kept: KeptRow[];
  readCount: number;
};

/** `isDeleted`: types that were deleted of it. */
type KeptRow = { readonly row: LevelRow; readonly at: number; readonly isDeleted: Deleted };
type Deleted = readonly boolean[] | undefined;

/**
 * Merges the tables of one epoch and kind. Samples of profiles are copied as they are; sums of hours
 * are added up from those of the inputs, and made of profiles where a deletion took some out.
 */
export async function mergeTables(
  writer: SegmentWriter,
  { epoch, inputs, hasDayLevel, deletionsOf, summary }: TableMerge,
): Promise<Omit<TableDirectory, 'epoch'> | undefined> {
  const kind = kindOf(inputs);
  const typeCount = kind.sampleTypes.length;
  const remarks = createTableRemarks();
  const labelsOf = inputs.map(({ segment, table }) =>
    inFile(segment, () => table.streams.labels.map(labelSetOfColumn)),
  );
  const sources = inputs.map((input, i) =>
    openSource(input, labelsOf[i] ?? [], input.table.remarks.map(remarks.placeOf)),
  );
  const streams = createTableStreams();
  const level = (name: 'profile' | 'hour' | 'day') =>
    createLevelWriter(writer, name, epoch.day, typeCount, MERGE_BLOCKS);
  const profiles = level('profile');
  const hours = level('hour');
  const days = level('day');
  const decoder = createSampleDecoder(typeCount);
  const hourRowSums = createRowSums(typeCount);
  const dayRowSums = createRowSums(typeCount);
  const hourSums = createSampleSums(typeCount);
  const daySums = createSampleSums(typeCount);

  function samplesOf({ profiles: level, segment }: Source, { at, isDeleted }: KeptRow) {
    const samples = level.samplesOf(at);
    if (isDeleted === undefined) return samples;
    return inFile(segment, () => {
      const decoded = decoder.decode(samples, epoch.stackCount);
      return encodeWithoutTypes(decoded, samples.tracing, isDeleted);
    });
  }

  function addTo(
    sums: ReturnType<typeof createSampleSums>,
    { segment, samples, totals }: Contribution,
  ): void {
    sums.add(
      inFile(segment, () => decoder.decode(samples, epoch.stackCount)),
      totals,
    );
  }

  /** Samples that add up to those of the hour, in as few pieces as there are. */
  function* contributionsOf(source: Source, hour: number): Generator<Contribution> {
    const { segment, kept } = source;
    const sum = hourRowOf(source, hour);
    const isWhole = kept.length === source.readCount && !kept.some(({ isDeleted }) => isDeleted);
    if (sum !== undefined && isWhole && sum.row.profileCount === kept.length) {
      yield { segment, samples: sum.samples, totals: sum.row.totals };
      return;
    }
    for (const each of kept) {
      yield { segment, samples: samplesOf(source, each), totals: each.row.totals };
    }
  }

  async function endHour(active: readonly Source[], hour: number): Promise<void> {
    const count = hourRowSums.profileCount();
    if (count >= 2) {
      const withRows = active.filter(({ kept }) => kept.length > 0);
      const [only, ...others] = withRows;
      const row = hourRowSums.take();
      const copied =
        only !== undefined && others.length === 0
          ? onlyOne(contributionsOf(only, hour))
          : undefined;
      if (copied !== undefined) {
        await hours.add(row, copied.samples);
        if (hasDayLevel) addTo(daySums, copied);
      } else {
        for (const source of withRows) {
          for (const contribution of contributionsOf(source, hour)) {
            addTo(hourSums, contribution);
            if (hasDayLevel) addTo(daySums, contribution);
          }
        }
        await hours.add(row, hourSums.encode());
      }
    } else if (count === 1) {
      hourRowSums.take();
      if (hasDayLevel) {
        for (const source of active) {
          for (const contribution of contributionsOf(source, hour)) addTo(daySums, contribution);
        }
      }
    }
    for (const source of active) {
      source.kept.length = 0;
      source.readCount = 0;
    }
  }

  async function mergeStream(labels: LabelSet): Promise<void> {
    const deletions = deletionsOf({ tenant: epoch.tenant, labels, ...kind });
    const active = sources.filter((source) => beginStream(source, labels.key));
    let stream = -1;
    let hour = 0;
    for (let next = earliestOf(active); next !== undefined; next = earliestOf(active)) {
      const at = next.row++;
      const rowHour = hourOf(next.profiles.keys.timeMillis[at] ?? 0);
      if (rowHour !== hour) await endHour(active, hour);
      hour = rowHour;
      next.readCount++;
      const kept = keepRow(next, at, deletions);
      if (kept === undefined) continue;
      if (stream === -1) stream = streams.begin(labels);
      const row = { ...kept.row, stream, remarks: next.remarks[kept.row.remarks] ?? 0 };
      next.kept.push({ ...kept, row });
      await profiles.add(row, samplesOf(next, kept));
      streams.add(row);
      summary.add(row);
      hourRowSums.add(row);
      if (hasDayLevel) dayRowSums.add(row);
    }
    await endHour(active, hour);
    if (!hasDayLevel) return;
    if (dayRowSums.profileCount() >= 2) await days.add(dayRowSums.take(), daySums.encode());
    else if (dayRowSums.profileCount() === 1) {
      dayRowSums.take();
      daySums.clear();
    }
  }

  for (const labels of sortStreams(labelsOf.flat()).sorted) await mergeStream(labels);
  if (profiles.rowCount() === 0) return undefined;
  const levels: LevelDirectory[] = [await profiles.finish()];
  if (hours.rowCount() > 0) levels.push(await hours.finish());
  if (days.rowCount() > 0) levels.push(await days.finish());
  return { ...kind, streams: streams.columns(), remarks: remarks.list(), levels };
}

type Contribution = {
  readonly segment: SegmentFile;
  readonly samples: EncodedSamples;
  readonly totals: readonly (number | bigint)[];
};

type Kind = {
  readonly sampleTypes: readonly ValueType[];
  readonly periodType: ValueType | undefined;
};

/** What tables of one kind have in common. */
export function kindOf(inputs: readonly TableInput[]): Kind {
  const first = inputs[0]?.table;
  if (first === undefined) throw new Error('no table to merge');
  return { sampleTypes: first.sampleTypes, periodType: first.periodType };
}

/** Tables by kind, in the order of the first of each. */
export function groupByKind(inputs: readonly TableInput[]): readonly (readonly TableInput[])[] {
  const byKind = new Map<string, TableInput[]>();
  for (const input of inputs) {
    const key = JSON.stringify([input.table.sampleTypes, input.table.periodType ?? null]);
    const known = byKind.get(key);
    if (known === undefined) byKind.set(key, [input]);
    else known.push(input);
  }
  return [...byKind.values()];
}

export function hourOf(timeMillis: number): number {
  return Math.floor(timeMillis / MILLIS_PER_HOUR);
}

function openSource(
  { segment, table }: TableInput,
  labels: readonly LabelSet[],
  remarks: readonly number[],
): Source {
  const profiles = openLevel(segment, table, 'profile');
  if (profiles === undefined) throw new Error(`segment ${segment.path} has no profiles to merge`);
  return {
    ...{ segment, profiles, remarks, hours: openLevel(segment, table, 'hour') },
    placeOfKey: new Map(labels.map(({ key }, place) => [key, place])),
    ...{ place: 0, row: 0, endRow: 0, hourRow: 0, kept: [], readCount: 0 },
  };
}

/** Answers whether the input has rows of the stream. */
function beginStream(source: Source, key: string): boolean {
  const place = source.placeOfKey.get(key);
  if (place === undefined) return false;
  source.place = place;
  source.row = source.profiles.firstRowOf(place);
  source.endRow = source.profiles.firstRowOf(place + 1);
  source.hourRow = source.hours?.firstRowOf(place) ?? 0;
  return source.row < source.endRow;
}

/** The input whose next row comes first. Inputs are few: looking at each is fine. */
function earliestOf(sources: readonly Source[]): Source | undefined {
  let earliest: Source | undefined;
  for (const source of sources) {
    if (source.row === source.endRow) continue;
    if (earliest === undefined || comesBefore(source, earliest)) earliest = source;
  }
  return earliest;
}

function comesBefore(a: Source, b: Source): boolean {
  const millis = at(a.profiles.keys.timeMillis, a) - at(b.profiles.keys.timeMillis, b);
  if (millis !== 0) return millis < 0;
  const nanos = at(a.profiles.keys.timeNanosOnTop, a) - at(b.profiles.keys.timeNanosOnTop, b);
  if (nanos !== 0) return nanos < 0;
  return a.profiles.row(a.row).arrival < b.profiles.row(b.row).arrival;
}

function at(column: ArrayLike<number>, { row }: Source): number {
  return column[row] ?? 0;
}

/** The row of a profile but for what was deleted of it; undefined when nothing is left. */
function keepRow(
  { profiles }: Source,
  place: number,
  deletions: StreamDeletions | undefined,
): KeptRow | undefined {
  const row = profiles.row(place);
  const isDeleted = deletions?.of(row.timeMillis, row.timeNanosOnTop, row.arrival);
  if (isDeleted === undefined) return { row, at: place, isDeleted };
  const totals = row.totals.map((total, type) => (isDeleted[type] === true ? 0 : total));
  if (totals.every((total) => Number(total) === 0)) return undefined;
  return { row: { ...row, totals, largest: totals }, at: place, isDeleted };
}

/** The input's own sum of an hour. Hours are asked for in ascending order. */
function hourRowOf(
  source: Source,
  hour: number,
): { readonly row: LevelRow; readonly samples: EncodedSamples } | undefined {
  const { hours, place } = source;
  if (hours === undefined) return undefined;
  const end = hours.firstRowOf(place + 1);
  while (source.hourRow < end && hourOf(hours.keys.timeMillis[source.hourRow] ?? 0) < hour) {
    source.hourRow++;
  }
  if (source.hourRow === end) return undefined;
  const row = hours.row(source.hourRow);
  if (hourOf(row.timeMillis) !== hour) return undefined;
  return { row, samples: hours.samplesOf(source.hourRow) };
}

function onlyOne<Item>(items: Iterable<Item>): Item | undefined {
  const [first, ...others] = items;
  return others.length === 0 ? first : undefined;
}
