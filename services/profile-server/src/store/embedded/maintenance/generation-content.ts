import type { LabelSet } from '@emberscope/labels';
import type { ValueType } from '@emberscope/profile';
import { floorDivide, NANOS_PER_MILLI } from '@emberscope/units';
import { DamagedBytes } from '../codec/damaged-bytes.ts';
import {
  type EpochRecord,
  type ProfileRecord,
  RECORD_KIND,
  readEpochRecord,
  readProfileRecord,
  readStreamRecord,
  type StreamRecord,
} from '../codec/log-records.ts';
import { forEachRecord } from '../log/for-each-record.ts';
import { bytesOfChunk, type GenerationView, publishedBytes } from '../log/log-chunk.ts';
import type { StoredPushId } from '../segment/push-ids-page.ts';
import { createGenerationRows, type GenerationRows } from './generation-rows.ts';

/** What a generation of the log holds, sorted by where it goes. Samples are where they were. */
export type GenerationContent = {
  readonly epochs: readonly GenerationEpoch[];
  /** Profiles that cannot be read, or that belong to a stream or an epoch which cannot be. */
  readonly damagedProfiles: number;
  /** Other records of that kind, and rests of chunks that are no records. */
  readonly damagedRecords: number;
};

export type GenerationEpoch = {
  readonly record: EpochRecord;
  /** Those that are sound. */
  readonly rows: GenerationRows;
  readonly tables: readonly GenerationTable[];
  readonly pushIds: readonly StoredPushId[];
};

/** Profiles of one epoch and kind, in the order of the log. All columns have a cell for each. */
export type GenerationTable = {
  readonly sampleTypes: readonly ValueType[];
  readonly periodType: ValueType | undefined;
  /** Each as often as the log names it. */
  readonly streams: readonly LabelSet[];
  /** Place in `streams`. */
  readonly stream: readonly number[];
  readonly timeMillis: readonly number[];
  readonly timeNanosOnTop: readonly number[];
  readonly arrival: readonly number[];
  /** Where the record lies: a place in `chunks` of the generation, and in its bytes. */
  readonly chunk: readonly number[];
  readonly start: readonly number[];
  readonly end: readonly number[];
};

type Growing<T> = {
  -readonly [K in keyof T]: T[K] extends readonly (infer Cell)[] ? Cell[] : T[K];
};
type GrowingTable = Growing<GenerationTable> & { readonly placeOfNumber: Map<number, number> };
type GrowingEpoch = {
  readonly record: EpochRecord;
  readonly rows: GenerationRows;
  /** Rows of it could not be read: what came behind them has numbers that nobody knows. */
  isBroken: boolean;
  readonly tables: Map<string, GrowingTable>;
  /** The table of a stream, by its number: what is asked for each profile. */
  readonly tableOfStream: Map<number, GrowingTable>;
  readonly pushIds: StoredPushId[];
};

/** Reads what is published of a generation. `nowMillis` is what its ids of pushes count from. */
export function readGeneration(generation: GenerationView, nowMillis: number): GenerationContent {
  const streams = new Map<number, StreamRecord>();
  const epochs = new Map<number, GrowingEpoch>();
  let damagedProfiles = 0;
  let damagedRecords = 0;

  /** Answers whether it could be kept. */
  function addProfile(bytes: Uint8Array, chunk: number, start: number, end: number): void {
    const profile = readProfileRecord(bytes, start, end);
    const stream = streams.get(profile.stream);
    const epoch = epochs.get(profile.epoch);
    if (epoch === undefined) throw new DamagedBytes(`a profile of epoch ${profile.epoch}`);
    // Whatever else is wrong with a profile, others count on the rows that came with it.
    addRows(epoch, bytes, profile);
    if (stream === undefined) throw new DamagedBytes(`a profile of stream ${profile.stream}`);
    if (profile.totals.length !== stream.sampleTypes.length) {
      throw new DamagedBytes(
        `${profile.totals.length} totals of ${stream.sampleTypes.length} sample types`,
      );
    }
    if (profile.pushId !== undefined) {
      epoch.pushIds.push({
        tenant: epoch.record.tenant,
        id: profile.pushId,
        arrivalMillis: nowMillis,
      });
    }
    const table = tableOf(epoch, stream);
    const timeMillis = Number(floorDivide(profile.timeNanos, NANOS_PER_MILLI));
    table.stream.push(placeOf(table, stream));
    table.timeMillis.push(timeMillis);
    table.timeNanosOnTop.push(Number(profile.timeNanos - BigInt(timeMillis) * NANOS_PER_MILLI));
    table.arrival.push(profile.arrival);
    table.chunk.push(chunk);
    table.start.push(start);
    table.end.push(end);
  }

  function visit(bytes: Uint8Array, chunk: number, kind: number, start: number, end: number): void {
    switch (kind) {
      case RECORD_KIND.stream: {
        const stream = readStreamRecord(bytes.subarray(start, end));
        streams.set(stream.number, stream);
        return;
      }
      case RECORD_KIND.epoch: {
        const record = readEpochRecord(bytes.subarray(start, end));
        if (epochs.has(record.number)) return;
        epochs.set(record.number, createEpoch(record));
        return;
      }
      case RECORD_KIND.profile:
        addProfile(bytes, chunk, start, end);
        return;
      default:
        throw new DamagedBytes(`a record of kind ${kind}`);
    }
  }

  for (const [place, chunk] of generation.chunks.entries()) {
    const bytes = bytesOfChunk(chunk);
    const visitRecord = (kind: number, start: number, end: number): void => {
      if (!isUndamaged(() => visit(bytes, place, kind, start, end))) {
        if (kind === RECORD_KIND.profile) damagedProfiles++;
        else damagedRecords++;
      }
    };
    if (!isUndamaged(() => forEachRecord(bytes, 0, publishedBytes(chunk), visitRecord))) {
      damagedRecords++;
    }
  }
  return {
    epochs: Array.from(epochs.values(), ({ record, rows, tables, pushIds }) => ({
      ...{ record, rows, pushIds },
      tables: [...tables.values()],
    })),
    damagedProfiles,
    damagedRecords,
  };
}

/** The days that a generation names, ascending; whether it has profiles of them is not looked at. */
export function daysOf({ chunks }: GenerationView): readonly number[] {
  const days = new Set<number>();
  for (const chunk of chunks) {
    const bytes = bytesOfChunk(chunk);
    const visit = (kind: number, start: number, end: number): void => {
      if (kind !== RECORD_KIND.epoch) return;
      isUndamaged(() => days.add(readEpochRecord(bytes.subarray(start, end)).day));
    };
    isUndamaged(() => forEachRecord(bytes, 0, publishedBytes(chunk), visit));
  }
  return [...days].sort((a, b) => a - b);
}

/** Whether `act` ends without damage. Other errors are nobody's bytes and pass through. */
export function isUndamaged(act: () => unknown): boolean {
  try {
    act();
    return true;
  } catch (error) {
    if (error instanceof DamagedBytes) return false;
    throw error;
  }
}

function createEpoch(record: EpochRecord): GrowingEpoch {
  const rows = createGenerationRows(record.before);
  return {
    ...{ record, rows, isBroken: false, pushIds: [] },
    ...{ tables: new Map(), tableOfStream: new Map() },
  };
}

function addRows(epoch: GrowingEpoch, bytes: Uint8Array, { rowsAt, rowsEnd }: ProfileRecord): void {
  if (rowsAt === rowsEnd) return;
  if (epoch.isBroken) {
    throw new DamagedBytes('dictionary rows behind others that could not be read');
  }
  try {
    epoch.rows.add(bytes, rowsAt, rowsEnd);
  } catch (error) {
    epoch.isBroken = true;
    throw error;
  }
}

function tableOf(epoch: GrowingEpoch, stream: StreamRecord): GrowingTable {
  const { number, sampleTypes, periodType } = stream;
  const ofStream = epoch.tableOfStream.get(number);
  if (ofStream !== undefined) return ofStream;
  const key = JSON.stringify([sampleTypes, periodType]);
  const table = epoch.tables.get(key) ?? {
    ...{ sampleTypes: [...sampleTypes], periodType, streams: [], placeOfNumber: new Map() },
    ...{ stream: [], timeMillis: [], timeNanosOnTop: [], arrival: [] },
    ...{ chunk: [], start: [], end: [] },
  };
  epoch.tables.set(key, table);
  epoch.tableOfStream.set(number, table);
  return table;
}

function placeOf(table: GrowingTable, { number, labels }: StreamRecord): number {
  const known = table.placeOfNumber.get(number);
  if (known !== undefined) return known;
  const place = table.streams.length;
  table.streams.push(labels);
  table.placeOfNumber.set(number, place);
  return place;
}
