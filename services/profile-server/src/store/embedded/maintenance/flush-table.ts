import { MILLIS_PER_HOUR } from '@emberscope/units';
import { createByteReader } from '../codec/byte-reader.ts';
import {
  type EncodedSamples,
  type ProfileRecord,
  readProfileRecord,
  type Section,
} from '../codec/log-records.ts';
import { readTracing } from '../codec/sample-sections.ts';
import { bytesOfChunk, type GenerationView } from '../log/log-chunk.ts';
import {
  type BlockLimits,
  createLevelWriter,
  type LevelRow,
  type LevelWriter,
} from '../segment/level-writer.ts';
import type { LevelDirectory, TableDirectory } from '../segment/segment-directory.ts';
import type { SegmentWriter } from '../segment/segment-writer.ts';
import { createSampleDecoder, type DecodedSamples, type SampleDecoder } from './decode-samples.ts';
import type { DeletionsOfStream } from './deleted-types.ts';
import { type GenerationEpoch, type GenerationTable, isUndamaged } from './generation-content.ts';
import { createRowSums, type RowSums } from './row-sums.ts';
import { createSampleSums, type SampleSums } from './sample-sums.ts';
import type { SegmentSummary } from './segment-summary.ts';
import { createTableRemarks } from './table-remarks.ts';
import { createTableStreams, sortStreams } from './table-streams.ts';
import { encodeWithoutTypes } from './without-types.ts';

/** A query of a few profiles inflates one block: the smaller, the better. */
export const FLUSH_BLOCKS: BlockLimits = { maxRows: 240, maxRawBytes: 32 * 1024, byStack: false };

export type TableFlush = {
  readonly generation: GenerationView;
  readonly epoch: GenerationEpoch;
  readonly table: GenerationTable;
  readonly deletionsOf: DeletionsOfStream;
  readonly summary: SegmentSummary;
  readonly tools: FlushTools;
};

/** What tables of so many types are flushed with, one after another. */
export type FlushTools = {
  readonly profiles: LevelWriter;
  readonly hours: LevelWriter;
  readonly decoder: SampleDecoder;
  readonly rowSums: RowSums;
  readonly sampleSums: SampleSums;
};

/**
 * The same ones for the same number of types: made anew for each of ten thousand tables, they cost as
 * much as what they do.
 */
export function createFlushTools(
  writer: SegmentWriter,
  day: number,
): (typeCount: number) => FlushTools {
  const known = new Map<number, FlushTools>();
  return (typeCount) => {
    const tools = known.get(typeCount) ?? {
      profiles: createLevelWriter(writer, 'profile', day, typeCount, FLUSH_BLOCKS),
      hours: createLevelWriter(writer, 'hour', day, typeCount, FLUSH_BLOCKS),
      decoder: createSampleDecoder(typeCount),
      rowSums: createRowSums(typeCount),
      sampleSums: createSampleSums(typeCount),
    };
    known.set(typeCount, tools);
    return tools;
  };
}

export type FlushedTable = {
  /** Undefined when no profile is left. */
  readonly table: Omit<TableDirectory, 'epoch'> | undefined;
  readonly damagedProfiles: number;
};

/** Writes the profiles of one epoch and kind, sorted, and the sums of their hours. */
export async function flushTable({
  generation,
  epoch,
  table,
  deletionsOf,
  summary,
  tools,
}: TableFlush): Promise<FlushedTable> {
  const { sampleTypes, periodType } = table;
  const { tenant } = epoch.record;
  const { profiles, hours, decoder, rowSums, sampleSums } = tools;
  const stackCount = epoch.rows.counts().stacks;
  const chunks = generation.chunks.map(bytesOfChunk);
  const { sorted, rankOfKey } = sortStreams(table.streams);
  const rankOfStream = table.streams.map(({ key }) => rankOfKey.get(key) ?? 0);
  const deletions = sorted.map((labels) =>
    deletionsOf({ tenant, labels, sampleTypes, periodType }),
  );

  const remarks = createTableRemarks();
  const streams = createTableStreams();
  let damagedProfiles = 0;
  let rank = -1;
  let hour = 0;
  /** Place of the stream among those that have a row left; -1 until it has one. */
  let stream = -1;

  async function endHour(): Promise<void> {
    if (rowSums.profileCount() >= 2) await hours.add(rowSums.take(), sampleSums.encode());
    else if (rowSums.profileCount() === 1) {
      rowSums.take();
      sampleSums.clear();
    }
  }

  for (const place of sortRows(table, rankOfStream)) {
    const bytes = chunks[table.chunk[place] ?? 0] ?? new Uint8Array(0);
    const timeMillis = table.timeMillis[place] ?? 0;
    const timeNanosOnTop = table.timeNanosOnTop[place] ?? 0;
    const rowRank = rankOfStream[table.stream[place] ?? 0] ?? 0;
    const rowHour = Math.floor(timeMillis / MILLIS_PER_HOUR);
    if (rowRank !== rank || rowHour !== hour) await endHour();
    if (rowRank !== rank) stream = -1;
    rank = rowRank;
    hour = rowHour;
    const record = readProfileRecord(bytes, table.start[place] ?? 0, table.end[place] ?? 0);
    let samples = samplesOf(bytes, record);
    const decoded = decodeWhole(samples);
    if (decoded === undefined) {
      damagedProfiles++;
      continue;
    }
    let { totals } = record;
    const isDeleted = deletions[rank]?.of(timeMillis, timeNanosOnTop, record.arrival);
    if (isDeleted !== undefined) {
      totals = totals.map((total, type) => (isDeleted[type] === true ? 0 : total));
      if (totals.every((total) => Number(total) === 0)) continue;
      samples = encodeWithoutTypes(decoded, samples.tracing, isDeleted);
    }
    const labels = sorted[rank];
    if (stream === -1 && labels !== undefined) stream = streams.begin(labels);
    const row: LevelRow = {
      stream,
      timeMillis,
      timeNanosOnTop,
      profileCount: 1,
      totals,
      largest: totals,
      durationNanos: record.durationNanos,
      period: record.period,
      remarks: remarks.placeOf(record.remarks),
      id: record.id,
      arrival: record.arrival,
    };
    await profiles.add(row, samples);
    streams.add(row);
    summary.add(row);
    rowSums.add(row);
    sampleSums.add(isDeleted === undefined ? decoded : decoder.decode(samples, stackCount), totals);
  }
  await endHour();

  /** Undefined for what is damaged: nothing of it has gone anywhere then. */
  function decodeWhole(samples: EncodedSamples): DecodedSamples | undefined {
    let decoded: DecodedSamples | undefined;
    isUndamaged(() => {
      const read = decoder.decode(samples, stackCount);
      if (samples.tracing !== undefined) {
        readTracing(createByteReader(samples.tracing), read.length);
      }
      decoded = read;
    });
    return decoded;
  }

  if (profiles.rowCount() === 0) return { table: undefined, damagedProfiles };
  const levels: LevelDirectory[] = [await profiles.finish()];
  if (hours.rowCount() > 0) levels.push(await hours.finish());
  return {
    table: {
      ...{ sampleTypes, periodType, levels },
      streams: streams.columns(),
      remarks: remarks.list(),
    },
    damagedProfiles,
  };
}

/** Places of rows by stream, time, arrival. */
function sortRows(table: GenerationTable, rankOfStream: readonly number[]): Int32Array {
  const { stream, timeMillis, timeNanosOnTop, arrival } = table;
  const places = Int32Array.from(stream, (_, place) => place);
  const streamAt = (place: number): number => rankOfStream[stream[place] ?? 0] ?? 0;
  return places.sort(
    (a, b) =>
      streamAt(a) - streamAt(b) ||
      (timeMillis[a] ?? 0) - (timeMillis[b] ?? 0) ||
      (timeNanosOnTop[a] ?? 0) - (timeNanosOnTop[b] ?? 0) ||
      (arrival[a] ?? 0) - (arrival[b] ?? 0),
  );
}

function samplesOf(bytes: Uint8Array, { ids, columns, tracing }: ProfileRecord): EncodedSamples {
  const window = ({ at, end }: Section): Uint8Array => bytes.subarray(at, end);
  return {
    ids: window(ids),
    columns: columns.map(window),
    tracing: tracing === undefined ? undefined : window(tracing),
  };
}
