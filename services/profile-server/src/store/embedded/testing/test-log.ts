import { crc32 } from 'node:zlib';
import { LABEL, type LabelSet, labelValue } from '@emberscope/labels';
import { type Int64Column, NO_STACK, type Profile, type ValueType } from '@emberscope/profile';
import { floorDivide, MILLIS_PER_DAY, NANOS_PER_MILLI } from '@emberscope/units';
import { createDictionary, type Dictionary } from '../../dictionary/dictionary.ts';
import { translateStacks } from '../../dictionary/translate-stacks.ts';
import { tracingOfLabels } from '../../parts/tracing-rows.ts';
import { createByteWriter } from '../codec/byte-writer.ts';
import {
  countRows,
  hasRowsBetween,
  NO_ROWS,
  type RowCounts,
  writeDictionaryRows,
} from '../codec/dictionary-rows.ts';
import {
  RECORD_KIND,
  type RemarksRecord,
  writeEpochRecord,
  writeProfileRecord,
  writeStreamRecord,
} from '../codec/log-records.ts';
import {
  type TracingRow,
  writeStackIds,
  writeTracing,
  writeValueColumn,
} from '../codec/sample-sections.ts';
import {
  bytesOfChunk,
  createLogChunk,
  type GenerationView,
  publishBytes,
} from '../log/log-chunk.ts';

/** A profile on its way into a test's log. */
export type PushedProfile = {
  readonly tenant: string;
  readonly labels: LabelSet;
  readonly profile: Profile;
  /** 16 bytes. */
  readonly pushId?: Uint8Array;
  /** Which dictionary of its service and day; 0 when left out. */
  readonly ordinal?: number;
  /** The next number when left out. */
  readonly arrival?: number;
};

/** Profiles as records in chunks, without a file: what a flush is given. */
export type TestLog = {
  /** Answers the arrival; the profile's id is made of it (`idOfArrival`). */
  push(pushed: PushedProfile): number;
  /** What came since the last call; dictionaries go on in the next generation. */
  cut(): GenerationView;
};

type Epoch = { readonly dictionary: Dictionary; written: RowCounts; numberInGeneration: number };

const NOT_NAMED = -1;
/** Small, so that generations have several. */
const CHUNK_BYTES = 64 * 1024;
const CRC_AT = 4;
const KIND_AT = 8;
const HEADER_BYTES = 9;

export function createTestLog(chunkBytes = CHUNK_BYTES): TestLog {
  const epochs = new Map<string, Epoch>();
  let generation = 1;
  let arrivals = 0;
  let epochCount = 0;
  let streamNumbers = new Map<string, number>();
  let records: Uint8Array[] = [];

  function add(kind: number, payload: Uint8Array): void {
    const record = new Uint8Array(HEADER_BYTES + payload.length);
    const view = new DataView(record.buffer);
    view.setUint32(0, payload.length, true);
    view.setUint8(KIND_AT, kind);
    record.set(payload, HEADER_BYTES);
    view.setUint32(CRC_AT, crc32(record.subarray(KIND_AT)), true);
    records.push(record);
  }

  function epochOf({ tenant, labels, profile, ordinal = 0 }: PushedProfile): Epoch {
    const day = Number(floorDivide(profile.timeNanos, BigInt(MILLIS_PER_DAY) * NANOS_PER_MILLI));
    const service = labelValue(labels, LABEL.serviceName);
    const key = JSON.stringify([tenant, service, day, ordinal]);
    const epoch = epochs.get(key) ?? {
      dictionary: createDictionary(),
      written: NO_ROWS,
      numberInGeneration: NOT_NAMED,
    };
    epochs.set(key, epoch);
    if (epoch.numberInGeneration === NOT_NAMED) {
      const number = epochCount++;
      epoch.numberInGeneration = number;
      const out = createByteWriter();
      writeEpochRecord(out, { number, tenant, service, day, ordinal, before: epoch.written });
      add(RECORD_KIND.epoch, out.view());
    }
    return epoch;
  }

  function streamOf({ tenant, labels, profile }: PushedProfile): number {
    const { sampleTypes, periodType } = profile;
    const key = JSON.stringify([tenant, labels.key, sampleTypes, periodType]);
    const known = streamNumbers.get(key);
    if (known !== undefined) return known;
    const number = streamNumbers.size;
    streamNumbers.set(key, number);
    const out = createByteWriter();
    writeStreamRecord(out, { number, tenant, labels, sampleTypes, periodType });
    add(RECORD_KIND.stream, out.view());
    return number;
  }

  function rowsSince(epoch: Epoch): Uint8Array {
    const view = epoch.dictionary.view();
    const now = countRows(view);
    const out = createByteWriter();
    if (hasRowsBetween(epoch.written, now)) writeDictionaryRows(out, view, epoch.written, now);
    epoch.written = now;
    return out.finish();
  }

  return {
    push(pushed) {
      const { profile, pushId } = pushed;
      const epoch = epochOf(pushed);
      const stream = streamOf(pushed);
      const samples = sampleRowsOf(profile, epoch.dictionary);
      const arrival = pushed.arrival ?? arrivals++;
      const out = createByteWriter();
      writeProfileRecord(
        out,
        {
          ...{ stream, arrival, epoch: epoch.numberInGeneration, id: idOfArrival(arrival) },
          ...{ timeNanos: profile.timeNanos, durationNanos: profile.durationNanos },
          ...{ period: profile.period, remarks: remarksOf(profile), pushId },
          totals: samples.totals,
        },
        rowsSince(epoch),
        samples.encoded,
      );
      add(RECORD_KIND.profile, out.view());
      return arrival;
    },
    cut() {
      const view = { generation: generation++, chunks: chunksOf(records, chunkBytes) };
      records = [];
      streamNumbers = new Map();
      epochCount = 0;
      for (const epoch of epochs.values()) epoch.numberInGeneration = NOT_NAMED;
      return view;
    },
  };
}

/** The id that a test's log gives the profile of an arrival. */
export function idOfArrival(arrival: number): Uint8Array {
  const id = new Uint8Array(16);
  new DataView(id.buffer).setUint32(0, Math.imul(arrival + 1, 0x9e3779b1), true);
  new DataView(id.buffer).setUint32(12, arrival, true);
  return id;
}

function chunksOf(records: readonly Uint8Array[], chunkBytes: number) {
  const runs: Uint8Array[][] = [[]];
  let bytes = 0;
  for (const record of records) {
    if (bytes > 0 && bytes + record.length > chunkBytes) {
      runs.push([]);
      bytes = 0;
    }
    runs.at(-1)?.push(record);
    bytes += record.length;
  }
  return runs.map((run) => {
    const length = run.reduce((sum, record) => sum + record.length, 0);
    // What lies behind the published bytes is of nobody's business.
    const chunk = createLogChunk(length + 100);
    const into = bytesOfChunk(chunk).fill(0xee);
    let at = 0;
    for (const record of run) {
      into.set(record, at);
      at += record.length;
    }
    publishBytes(chunk, length);
    return chunk;
  });
}

function remarksOf(profile: Profile): RemarksRecord | undefined {
  const { defaultSampleType, dropFrames, keepFrames, comments } = profile;
  const isEmpty = `${defaultSampleType}${dropFrames}${keepFrames}` === '' && comments.length === 0;
  return isEmpty ? undefined : { defaultSampleType, dropFrames, keepFrames, comments };
}

type Row = { readonly stack: number; readonly tracing: number; readonly values: bigint[] };

/** The samples that have a value, by stack, equal ones added up. */
function sampleRowsOf(profile: Profile, dictionary: Dictionary) {
  const { samples, sampleTypes } = profile;
  const translation = translateStacks(profile, dictionary);
  const tracingRows: TracingRow[] = [];
  const tracingOfSet = Array.from({ length: profile.labelSets.length }, (_, set) => {
    const { span = '', trace = '' } = tracingOfLabels(profile, set);
    if (span === '' && trace === '') return -1;
    const known = tracingRows.findIndex((row) => row.span === span && row.trace === trace);
    return known === -1 ? tracingRows.push({ span, trace }) - 1 : known;
  });
  const rows = new Map<string, Row>();
  for (let i = 0; i < samples.length; i++) {
    const values = samples.values.map((column) => BigInt(column[i] ?? 0));
    if (values.every((value) => value === 0n)) continue;
    const stack = translation.stackOf(samples.stack[i] ?? NO_STACK);
    const tracing = tracingOfSet[samples.labels[i] ?? 0] ?? -1;
    const row = rows.get(`${stack} ${tracing}`) ?? { stack, tracing, values: values.map(() => 0n) };
    rows.set(`${stack} ${tracing}`, row);
    for (const [type, value] of values.entries())
      row.values[type] = (row.values[type] ?? 0n) + value;
  }
  return encodeRows(
    [...rows.values()].sort((a, b) => a.stack - b.stack),
    sampleTypes,
    tracingRows,
  );
}

function encodeRows(
  rows: readonly Row[],
  sampleTypes: readonly ValueType[],
  tracingRows: readonly TracingRow[],
) {
  const ids = createByteWriter();
  writeStackIds(
    ids,
    rows.map(({ stack }) => stack),
    rows.length,
  );
  let previous: Int64Column | undefined;
  const totals = sampleTypes.map((_, type) =>
    rows.reduce((sum, { values }) => sum + (values[type] ?? 0n), 0n),
  );
  const columns = sampleTypes.map((_, type) => {
    const cells = rows.map(({ values }) => values[type] ?? 0n);
    const isNarrow = cells.every((cell) => cell <= BigInt(Number.MAX_SAFE_INTEGER));
    const column = isNarrow ? Float64Array.from(cells, Number) : BigInt64Array.from(cells);
    const out = createByteWriter();
    writeValueColumn(out, column, column.length, previous);
    previous = column;
    return out.finish();
  });
  const tracing = createByteWriter();
  writeTracing(
    tracing,
    tracingRows,
    rows.map((row) => row.tracing),
    rows.length,
  );
  const hasTracing = rows.some((row) => row.tracing >= 0);
  const encoded = {
    ...{ ids: ids.finish(), columns },
    tracing: hasTracing ? tracing.finish() : undefined,
  };
  return { totals, encoded };
}
