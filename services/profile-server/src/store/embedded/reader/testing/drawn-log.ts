import { crc32 } from 'node:zlib';
import { LABEL, type LabelSet, labelValue } from '@emberscope/labels';
import { formatUuid, systemRandom, uuidV4Bytes } from '@emberscope/node-kit';
import { NO_STACK, type Profile, sumInt64 } from '@emberscope/profile';
import { createRecordBatch } from '@emberscope/record-log';
import { createDictionary, type Dictionary } from '../../../dictionary/dictionary.ts';
import { translateStacks } from '../../../dictionary/translate-stacks.ts';
import { type ProfileId, profileId, type TenantId } from '../../../ids.ts';
import { kindOfProfile } from '../../../parts/profile-kind.ts';
import { tracingOfLabels } from '../../../parts/tracing-rows.ts';
import { createByteWriter } from '../../codec/byte-writer.ts';
import {
  countRows,
  hasRowsBetween,
  NO_ROWS,
  type RowCounts,
  writeDictionaryRows,
} from '../../codec/dictionary-rows.ts';
import {
  RECORD_KIND,
  writeEpochRecord,
  writeProfileRecord,
  writeStreamRecord,
} from '../../codec/log-records.ts';
import {
  type TracingRow,
  writeStackIds,
  writeTracing,
  writeValueColumn,
} from '../../codec/sample-sections.ts';
import {
  bytesOfChunk,
  createLogChunk,
  type GenerationView,
  type LogChunk,
  publishBytes,
  publishedBytes,
} from '../../log/log-chunk.ts';

/**
 * The log as a writer makes it, in memory alone and plainly: what tests and benchmarks of reading
 * read. Nothing is refused, and nothing is durable.
 */
export type DrawnLog = {
  /** Undefined for a profile without a value. */
  append(tenant: TenantId, labels: LabelSet, profile: Profile): ProfileId | undefined;
  /** What comes next lies in a generation of its own. */
  cut(): void;
  generations(): readonly GenerationView[];
  /** The first generation is in segments now. */
  drop(generation: number): void;
  readonly nextArrival: () => number;
};

type Epoch = { readonly name: EpochName; readonly dictionary: Dictionary; written: RowCounts };
type EpochName = { tenant: string; service: string; day: number; ordinal: number };

type Generation = {
  readonly generation: number;
  readonly chunks: LogChunk[];
  readonly streams: Map<string, number>;
  readonly epochs: Map<string, number>;
};

const DAY_NANOS = 86_400_000_000_000n;

export function createDrawnLog(chunkBytes: number): DrawnLog {
  const dictionaries = new Map<string, Epoch>();
  const batch = createRecordBatch(crc32, { maxPayloadBytes: 64 << 20 });
  const out = createByteWriter();
  let arrivals = 1;
  let generations: Generation[] = [];
  let current = begin(1);

  function begin(generation: number): Generation {
    const begun = { generation, chunks: [], streams: new Map(), epochs: new Map() };
    generations.push(begun);
    return begun;
  }

  function write(kind: number, encode: () => void): void {
    out.clear();
    encode();
    batch.append(kind, out.view());
  }

  function publish(): void {
    const bytes = batch.bytes();
    let last = current.chunks.at(-1);
    let used = last === undefined ? 0 : publishedBytes(last);
    if (last === undefined || used + bytes.length > bytesOfChunk(last).length) {
      last = createLogChunk(Math.max(chunkBytes, bytes.length));
      current.chunks.push(last);
      used = 0;
    }
    bytesOfChunk(last).set(bytes, used);
    publishBytes(last, used + bytes.length);
    batch.clear();
  }

  function streamOf(tenant: string, labels: LabelSet, profile: Profile): number {
    const kind = kindOfProfile(profile);
    const key = JSON.stringify([tenant, kind.key, labels.key]);
    let number = current.streams.get(key);
    if (number === undefined) {
      number = current.streams.size;
      current.streams.set(key, number);
      const { sampleTypes, periodType } = kind;
      const record = { number, tenant, labels, sampleTypes, periodType };
      write(RECORD_KIND.stream, () => writeStreamRecord(out, record));
    }
    return number;
  }

  function epochOf(name: EpochName): { readonly number: number; readonly epoch: Epoch } {
    const key = JSON.stringify(name);
    let epoch = dictionaries.get(key);
    if (epoch === undefined) {
      epoch = { name, dictionary: createDictionary(), written: NO_ROWS };
      dictionaries.set(key, epoch);
    }
    let number = current.epochs.get(key);
    if (number === undefined) {
      number = current.epochs.size;
      current.epochs.set(key, number);
      const record = { number, ...name, before: epoch.written };
      write(RECORD_KIND.epoch, () => writeEpochRecord(out, record));
    }
    return { number, epoch };
  }

  function newRows(epoch: Epoch): Uint8Array {
    const view = epoch.dictionary.view();
    const after = countRows(view);
    const rows = createByteWriter();
    if (hasRowsBetween(epoch.written, after)) {
      writeDictionaryRows(rows, view, epoch.written, after);
    }
    epoch.written = after;
    return rows.finish();
  }

  return {
    append(tenant, labels, profile) {
      const totals = profile.samples.values.map((column) => sumInt64(column));
      if (totals.every((total) => total === 0n)) return undefined;
      const day = Number(
        (profile.timeNanos - (((profile.timeNanos % DAY_NANOS) + DAY_NANOS) % DAY_NANOS)) /
          DAY_NANOS,
      );
      const service = labelValue(labels, LABEL.serviceName);
      const stream = streamOf(tenant, labels, profile);
      const { number, epoch } = epochOf({ tenant, service, day, ordinal: 0 });
      const samples = encodeSamples(profile, epoch.dictionary);
      const id = uuidV4Bytes(systemRandom);
      const { defaultSampleType, comments, dropFrames, keepFrames } = profile;
      const hasRemarks = defaultSampleType + dropFrames + keepFrames + comments.join('') !== '';
      const head = {
        stream,
        epoch: number,
        arrival: arrivals++,
        timeNanos: profile.timeNanos,
        durationNanos: profile.durationNanos,
        period: profile.period,
        id,
        pushId: undefined,
        remarks: hasRemarks ? { defaultSampleType, comments, dropFrames, keepFrames } : undefined,
        totals: totals.map((total) => BigInt.asUintN(64, total)),
      };
      const rows = newRows(epoch);
      write(RECORD_KIND.profile, () => writeProfileRecord(out, head, rows, samples));
      publish();
      return profileId(formatUuid(id));
    },
    cut() {
      current = begin(current.generation + 1);
    },
    generations: () =>
      generations.map(({ generation, chunks }) => ({ generation, chunks: [...chunks] })),
    drop(generation) {
      generations = generations.filter((each) => each.generation !== generation);
    },
    nextArrival: () => arrivals,
  };
}

type Sample = { readonly stack: number; readonly tracing: TracingRow; readonly values: bigint[] };

function encodeSamples(profile: Profile, dictionary: Dictionary) {
  const translation = translateStacks(profile, dictionary);
  const { samples } = profile;
  const merged = new Map<string, Sample>();
  for (let row = 0; row < samples.length; row++) {
    const values = samples.values.map((column) => BigInt(column[row] ?? 0));
    if (values.every((value) => value === 0n)) continue;
    const { span = '', trace = '' } = tracingOfLabels(profile, samples.labels[row] ?? 0);
    const stack = translation.stackOf(samples.stack[row] ?? NO_STACK);
    const key = `${stack} ${span} ${trace}`;
    const known = merged.get(key);
    if (known === undefined) merged.set(key, { stack, tracing: { span, trace }, values });
    else
      for (const [type, value] of values.entries())
        known.values[type] = (known.values[type] ?? 0n) + value;
  }
  const sorted = [...merged.values()].sort((a, b) => a.stack - b.stack);
  const ids = createByteWriter();
  writeStackIds(
    ids,
    sorted.map(({ stack }) => stack),
    sorted.length,
  );
  const columns = samples.values.map((_, type) => {
    const wide = BigInt64Array.from(sorted, ({ values }) => values[type] ?? 0n);
    const isNarrow = wide.every((value) => value <= BigInt(Number.MAX_SAFE_INTEGER));
    return isNarrow ? Float64Array.from(wide, Number) : wide;
  });
  const encoded = columns.map((column, type) => {
    const bytes = createByteWriter();
    writeValueColumn(bytes, column, sorted.length, columns[type - 1]);
    return bytes.finish();
  });
  return { ids: ids.finish(), columns: encoded, tracing: encodeTracing(sorted) };
}

function encodeTracing(sorted: readonly Sample[]): Uint8Array | undefined {
  const rows: TracingRow[] = [];
  const rowOf = sorted.map(({ tracing: { span, trace } }) => {
    if (span === '' && trace === '') return -1;
    return rows.push({ span, trace }) - 1;
  });
  if (rows.length === 0) return undefined;
  const out = createByteWriter();
  writeTracing(out, rows, rowOf, sorted.length);
  return out.finish();
}
