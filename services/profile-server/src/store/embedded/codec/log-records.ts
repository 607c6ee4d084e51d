import { type Label, type LabelSet, labelSet } from '@emberscope/labels';
import type { ValueType } from '@emberscope/profile';
import type { ByteReader } from './byte-reader.ts';
import { createByteReader } from './byte-reader.ts';
import type { ByteWriter } from './byte-writer.ts';
import { DamagedBytes } from './damaged-bytes.ts';
import type { RowCounts } from './dictionary-rows.ts';

/*
 * What the records of the log say. Their framing, with length and checksum, is `record-log`'s.
 */

export const RECORD_KIND = { stream: 1, epoch: 2, profile: 3 } as const;

/** Profiles of one pushed label set and one kind, by a number that is dense in its generation. */
export type StreamRecord = {
  readonly number: number;
  readonly tenant: string;
  readonly labels: LabelSet;
  readonly sampleTypes: readonly ValueType[];
  readonly periodType: ValueType | undefined;
};

/** A dictionary that records of this generation add to, by a number dense in the generation. */
export type EpochRecord = {
  readonly number: number;
  readonly tenant: string;
  readonly service: string;
  /** Days since 1970-01-01, UTC. */
  readonly day: number;
  /** Which dictionary of its tenant, service and day. */
  readonly ordinal: number;
  /** Rows that were there before this generation: in segments, or in earlier generations. */
  readonly before: RowCounts;
};

/** What a profile says about itself that is text. */
export type RemarksRecord = {
  readonly defaultSampleType: string;
  readonly dropFrames: string;
  readonly keepFrames: string;
  readonly comments: readonly string[];
};

/** A profile but its samples. */
export type ProfileHead = {
  readonly stream: number;
  readonly epoch: number;
  /** Grows with each profile of the store. */
  readonly arrival: number;
  readonly timeNanos: bigint;
  readonly durationNanos: number | bigint;
  readonly period: number | bigint;
  /** 16 bytes. */
  readonly id: Uint8Array;
  /** 16 bytes. */
  readonly pushId: Uint8Array | undefined;
  /** Undefined when all of it is empty. */
  readonly remarks: RemarksRecord | undefined;
  /** One for each sample type. */
  readonly totals: readonly (number | bigint)[];
};

/** Where the parts of a profile lie in the bytes that it was read from. */
export type ProfileRecord = ProfileHead & {
  /** Dictionary rows `[rowsAt, rowsEnd)`; empty when it needed no new ones. */
  readonly rowsAt: number;
  readonly rowsEnd: number;
  readonly ids: Section;
  /** One for each sample type. */
  readonly columns: readonly Section[];
  readonly tracing: Section | undefined;
};

export type Section = { readonly at: number; readonly end: number };

/** The encoded samples of a profile, as `sample-sections` writes them. */
export type EncodedSamples = {
  readonly ids: Uint8Array;
  readonly columns: readonly Uint8Array[];
  readonly tracing: Uint8Array | undefined;
};

const HAS_PUSH_ID = 1;
const HAS_REMARKS = 2;
const HAS_TRACING = 4;
export const ID_BYTES = 16;

export function writeStreamRecord(out: ByteWriter, stream: StreamRecord): void {
  out.uvarint(stream.number);
  out.text(stream.tenant);
  writeLabels(out, stream.labels.labels);
  writeTypes(out, stream.sampleTypes);
  writeTypes(out, stream.periodType === undefined ? [] : [stream.periodType]);
}

export function readStreamRecord(payload: Uint8Array): StreamRecord {
  const from = createByteReader(payload);
  return {
    number: from.uvarint(),
    tenant: from.text(),
    labels: readLabels(from),
    sampleTypes: readTypes(from),
    periodType: readTypes(from)[0],
  };
}

export function writeEpochRecord(out: ByteWriter, epoch: EpochRecord): void {
  out.uvarint(epoch.number);
  out.text(epoch.tenant);
  out.text(epoch.service);
  out.svarint(epoch.day);
  out.uvarint(epoch.ordinal);
  const { strings, functions, mappings, locations, stacks } = epoch.before;
  for (const count of [strings, functions, mappings, locations, stacks]) out.uvarint(count);
}

export function readEpochRecord(payload: Uint8Array): EpochRecord {
  const from = createByteReader(payload);
  return {
    number: from.uvarint(),
    tenant: from.text(),
    service: from.text(),
    day: Number(from.svarint()),
    ordinal: from.uvarint(),
    before: {
      strings: from.uvarint(),
      functions: from.uvarint(),
      mappings: from.uvarint(),
      locations: from.uvarint(),
      stacks: from.uvarint(),
    },
  };
}

/** `rows`: the dictionary rows that are new with this profile, as `dictionary-rows` writes them. */
export function writeProfileRecord(
  out: ByteWriter,
  head: ProfileHead,
  rows: Uint8Array,
  samples: EncodedSamples,
): void {
  out.uvarint(head.stream);
  out.uvarint(head.epoch);
  out.uvarint(head.arrival);
  out.int64(head.timeNanos);
  out.svarint(head.durationNanos);
  out.svarint(head.period);
  out.bytes(head.id);
  out.uint8(
    (head.pushId === undefined ? 0 : HAS_PUSH_ID) |
      (head.remarks === undefined ? 0 : HAS_REMARKS) |
      (samples.tracing === undefined ? 0 : HAS_TRACING),
  );
  if (head.pushId !== undefined) out.bytes(head.pushId);
  if (head.remarks !== undefined) writeRemarks(out, head.remarks);
  out.uvarint(head.totals.length);
  for (const total of head.totals) out.uvarint64(total);
  writeSection(out, rows);
  writeSection(out, samples.ids);
  for (const column of samples.columns) writeSection(out, column);
  if (samples.tracing !== undefined) writeSection(out, samples.tracing);
}

/** Reads the profile record in `bytes[start, end)`; its sections are places in `bytes`. */
export function readProfileRecord(bytes: Uint8Array, start: number, end: number): ProfileRecord {
  const from = createByteReader(bytes, start, end);
  const stream = from.uvarint();
  const epoch = from.uvarint();
  const arrival = from.uvarint();
  const timeNanos = from.int64();
  const durationNanos = from.svarint();
  const period = from.svarint();
  const id = from.bytes(ID_BYTES);
  const flags = from.uint8();
  const pushId = (flags & HAS_PUSH_ID) === 0 ? undefined : from.bytes(ID_BYTES);
  const remarks = (flags & HAS_REMARKS) === 0 ? undefined : readRemarks(from);
  const totals = Array.from({ length: from.count(1) }, from.uvarint64);
  const rows = readSection(from);
  const ids = readSection(from);
  const columns = totals.map(() => readSection(from));
  const tracing = (flags & HAS_TRACING) === 0 ? undefined : readSection(from);
  if (from.left() > 0) throw new DamagedBytes(`${from.left()} bytes behind a profile`);
  return {
    stream,
    epoch,
    arrival,
    timeNanos,
    durationNanos,
    period,
    id,
    pushId,
    remarks,
    totals,
    rowsAt: rows.at,
    rowsEnd: rows.end,
    ids,
    columns,
    tracing,
  };
}

export function writeRemarks(out: ByteWriter, remarks: RemarksRecord): void {
  out.text(remarks.defaultSampleType);
  out.text(remarks.dropFrames);
  out.text(remarks.keepFrames);
  out.uvarint(remarks.comments.length);
  for (const comment of remarks.comments) out.text(comment);
}

export function readRemarks(from: ByteReader): RemarksRecord {
  return {
    defaultSampleType: from.text(),
    dropFrames: from.text(),
    keepFrames: from.text(),
    comments: Array.from({ length: from.count(1) }, from.text),
  };
}

function writeSection(out: ByteWriter, bytes: Uint8Array): void {
  out.uvarint(bytes.length);
  out.bytes(bytes);
}

function readSection(from: ByteReader): Section {
  const length = from.count(1);
  const at = from.at();
  from.bytes(length);
  return { at, end: at + length };
}

function writeLabels(out: ByteWriter, labels: readonly Label[]): void {
  out.uvarint(labels.length);
  for (const { name, value } of labels) {
    out.text(name);
    out.text(value);
  }
}

function readLabels(from: ByteReader): LabelSet {
  const count = from.count(2);
  const built = labelSet(
    Array.from({ length: count }, () => ({ name: from.text(), value: from.text() })),
  );
  if (!built.ok) throw new DamagedBytes(built.reason);
  return built.labelSet;
}

function writeTypes(out: ByteWriter, types: readonly ValueType[]): void {
  out.uvarint(types.length);
  for (const { type, unit } of types) {
    out.text(type);
    out.text(unit);
  }
}

function readTypes(from: ByteReader): readonly ValueType[] {
  return Array.from({ length: from.count(2) }, () => ({ type: from.text(), unit: from.text() }));
}
