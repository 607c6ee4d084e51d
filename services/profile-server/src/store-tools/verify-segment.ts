import { type Fs, FsError } from '@emberscope/node-kit';
import { MILLIS_PER_DAY, MILLIS_PER_HOUR } from '@emberscope/units';
import { createByteReader } from '../store/embedded/codec/byte-reader.ts';
import { DamagedBytes } from '../store/embedded/codec/damaged-bytes.ts';
import { readDictionaryRows } from '../store/embedded/codec/dictionary-rows.ts';
import { readTracing } from '../store/embedded/codec/sample-sections.ts';
import { createSampleDecoder } from '../store/embedded/maintenance/decode-samples.ts';
import type { SegmentEntry } from '../store/embedded/manifest/manifest.ts';
import { type LevelRows, openLevel } from '../store/embedded/segment/level-rows.ts';
import type { LevelRow } from '../store/embedded/segment/level-writer.ts';
import { decodePushIds } from '../store/embedded/segment/push-ids-page.ts';
import type {
  EpochDirectory,
  TableDirectory,
} from '../store/embedded/segment/segment-directory.ts';
import { openSegment, type SegmentFile } from '../store/embedded/segment/segment-file.ts';
import { isSameCount, textOfCounts } from './row-counts.ts';
import { createSumsByStack, totalsOf } from './sums-by-stack.ts';

export type VerifiedSegment = {
  readonly faults: readonly string[];
  /** What it adds to dictionaries; empty when it cannot be read. */
  readonly epochs: readonly EpochDirectory[];
};

/**
 * Reads everything in a segment and compares what is said twice: checksums, counts, order, totals
 * with values, sums with their profiles, the manifest's entry with the rows.
 */
export function verifySegment(fs: Fs, path: string, entry: SegmentEntry): VerifiedSegment {
  const faults: string[] = [];
  const fault = (text: string) => void faults.push(`segment ${entry.file}: ${text}`);
  let segment: SegmentFile;
  try {
    segment = openSegment(fs, path);
  } catch (error) {
    return { faults: [textOfError(error)], epochs: [] };
  }
  try {
    const { directory } = segment;
    if (segment.sizeBytes !== entry.sizeBytes) {
      fault(`${segment.sizeBytes} bytes, and the manifest says ${entry.sizeBytes}`);
    }
    if (segment.directoryCrc !== entry.directoryCrc) {
      fault('another directory than the manifest names');
    }
    if (directory.day !== entry.day) fault(`of day ${directory.day}, not ${entry.day}`);
    if (directory.isRollup !== (entry.kind === 'rollup')) fault(`is it a roll-up? ${entry.kind}`);
    for (const epoch of directory.epochs) verifyRows(segment, epoch, fault);
    const found = directory.tables.map((table, i) =>
      verifyTable(segment, table, (text) => fault(`table ${i}: ${text}`)),
    );
    if (!directory.isRollup) compareWithEntry(entry, found, fault);
    verifyPushIds(segment, entry, fault);
    return { faults, epochs: directory.epochs };
  } catch (error) {
    return { faults: [...faults, textOfError(error)], epochs: segment.directory.epochs };
  } finally {
    segment.close();
  }
}

/** What a person is to hear of an error that is the file's; others go on. */
export function textOfError(error: unknown): string {
  if (error instanceof DamagedBytes || error instanceof FsError) return error.message;
  throw error;
}

type Fault = (text: string) => void;

function verifyRows(segment: SegmentFile, epoch: EpochDirectory, fault: Fault): void {
  const page = segment.page(epoch.page);
  const from = createByteReader(page);
  const { after } = readDictionaryRows(from, epoch.before);
  if (from.left() > 0) fault(`${from.left()} bytes behind the rows of ${epoch.service}`);
  if (!isSameCount(after, epoch.after)) {
    fault(
      `the dictionary of ${epoch.tenant}, ${epoch.service} comes to ${textOfCounts(after)}; the directory says ${textOfCounts(epoch.after)}`,
    );
  }
}

/** What the rows of profiles in a table come to. */
type FoundRows = {
  profileCount: number;
  oldestMillis: number;
  newestMillis: number;
  firstArrival: number;
  lastArrival: number;
};

function verifyTable(segment: SegmentFile, table: TableDirectory, fault: Fault): FoundRows {
  const epoch = segment.directory.epochs[table.epoch];
  if (epoch === undefined) throw new DamagedBytes(`a table of epoch ${table.epoch}`);
  verifyStreams(table, fault);
  const profiles = openLevel(segment, table, 'profile');
  const hours = openLevel(segment, table, 'hour');
  const days = openLevel(segment, table, 'day');
  const whole = { segment, table, stackCount: epoch.after.stacks, fault };
  for (const level of table.levels) {
    const rows = openLevel(segment, table, level.level);
    if (rows !== undefined) verifyRowsOf({ ...whole, rows, level: level.level });
  }
  if (segment.directory.isRollup) {
    if (hours === undefined || days === undefined) fault('a roll-up without hours or days');
    else verifySums({ ...whole, parts: hours, sums: days, unit: MILLIS_PER_DAY, leastParts: 1 });
  } else if (profiles !== undefined) {
    const ofHours = { ...whole, parts: profiles, unit: MILLIS_PER_HOUR, leastParts: 2 };
    verifySums({ ...ofHours, sums: hours });
    if (days !== undefined) verifySums({ ...ofHours, sums: days, unit: MILLIS_PER_DAY });
  }
  return foundRows(table, profiles, fault);
}

function verifyStreams({ streams, sampleTypes }: TableDirectory, fault: Fault): void {
  const count = streams.labels.length;
  for (const column of [
    streams.profileCount,
    streams.oldestMillis,
    streams.newestMillis,
    streams.typeBits,
  ]) {
    if (column.length !== count) fault(`a column of ${column.length} cells for ${count} streams`);
  }
  if (new Set(streams.labels.map((labels) => JSON.stringify(labels))).size !== count) {
    fault('a stream stands there twice');
  }
  for (const bits of streams.typeBits) {
    // An int32: with the 32nd type it is negative.
    const isInt32 = (bits | 0) === bits;
    if (!isInt32 || bits === 0 || bits >>> 0 >= 2 ** sampleTypes.length) {
      fault(`bits ${bits} of sample types`);
    }
  }
}

type LevelToVerify = {
  readonly segment: SegmentFile;
  readonly table: TableDirectory;
  readonly stackCount: number;
  readonly rows: LevelRows;
  readonly level: string;
  readonly fault: Fault;
};

/** Order, day, remarks, and that the totals are those of the samples. */
function verifyRowsOf({ segment, table, stackCount, rows, level, fault }: LevelToVerify): void {
  const decoder = createSampleDecoder(table.sampleTypes.length);
  const dayStart = segment.directory.day * MILLIS_PER_DAY;
  let before: LevelRow | undefined;
  for (let at = 0; at < rows.rowCount; at++) {
    const where = `${level} row ${at}`;
    const row = rows.row(at);
    if (before !== undefined && compareRows(before, row) > 0) fault(`${where} is out of order`);
    before = row;
    if (row.timeMillis < dayStart || row.timeMillis >= dayStart + MILLIS_PER_DAY) {
      fault(`${where} of ${row.timeMillis} ms, which is another day`);
    }
    if (row.remarks > 0 && row.remarks >= table.remarks.length) {
      fault(`${where} with remarks ${row.remarks} of ${table.remarks.length}`);
    }
    if (level === 'profile' && row.profileCount !== 1) {
      fault(`${where} of ${row.profileCount} profiles`);
    }
    const encoded = rows.samplesOf(at);
    const samples = decoder.decode(encoded, stackCount);
    for (let i = 1; i < samples.length; i++) {
      const isRepeated = samples.stack[i] === samples.stack[i - 1];
      if (isRepeated && encoded.tracing === undefined) fault(`${where} has a stack twice`);
    }
    if (encoded.tracing !== undefined) {
      readTracing(createByteReader(encoded.tracing), samples.length);
    }
    for (const [type, total] of totalsOf(samples).entries()) {
      const said = BigInt.asIntN(64, BigInt(row.totals[type] ?? 0));
      if (said !== total) fault(`${where} has a total of ${said}, and its values come to ${total}`);
    }
  }
}

function compareRows(a: LevelRow, b: LevelRow): number {
  return (
    a.stream - b.stream ||
    a.timeMillis - b.timeMillis ||
    a.timeNanosOnTop - b.timeNanosOnTop ||
    a.arrival - b.arrival
  );
}

type SumsToVerify = {
  readonly table: TableDirectory;
  readonly stackCount: number;
  readonly parts: LevelRows;
  /** Undefined when the table has no such level: then no unit may need one. */
  readonly sums: LevelRows | undefined;
  readonly unit: number;
  /** From so many parts on there is a sum. */
  readonly leastParts: number;
  readonly fault: Fault;
};

/** Walks parts and sums side by side: each sum is that of the parts of its stream and time. */
function verifySums(of: SumsToVerify): void {
  const { table, stackCount, parts, sums, unit, leastParts, fault } = of;
  const name = unit === MILLIS_PER_DAY ? 'day' : 'hour';
  const typeCount = table.sampleTypes.length;
  const partDecoder = createSampleDecoder(typeCount);
  const sumDecoder = createSampleDecoder(typeCount);
  const expected = createSumsByStack(typeCount);
  let sumAt = 0;
  for (let at = 0; at < parts.rowCount; ) {
    const first = parts.row(at);
    const unitOf = ({ timeMillis }: LevelRow) => Math.floor(timeMillis / unit);
    expected.clear();
    let profileCount = 0;
    let count = 0;
    let row = first;
    while (row.stream === first.stream && unitOf(row) === unitOf(first)) {
      expected.add(partDecoder.decode(parts.samplesOf(at), stackCount));
      profileCount += row.profileCount;
      count++;
      at++;
      if (at === parts.rowCount) break;
      row = parts.row(at);
    }
    if (count < leastParts) continue;
    const where = `${name} row ${sumAt}`;
    const sum = sums === undefined || sumAt >= sums.rowCount ? undefined : sums.row(sumAt);
    if (sums === undefined || sum === undefined) {
      fault(`no ${name} sum for stream ${first.stream} at ${first.timeMillis} ms`);
      return;
    }
    if (sum.stream !== first.stream || unitOf(sum) !== unitOf(first)) {
      fault(`${where} is of another stream or time than its profiles`);
      return;
    }
    if (sum.profileCount !== profileCount) {
      fault(`${where} is of ${sum.profileCount} profiles, and there are ${profileCount}`);
    }
    const difference = expected.differenceTo(sumDecoder.decode(sums.samplesOf(sumAt), stackCount));
    if (difference !== undefined) fault(`${where}: ${difference}`);
    sumAt++;
  }
  if (sums !== undefined && sumAt < sums.rowCount) {
    fault(`${sums.rowCount - sumAt} ${name} sums of nothing`);
  }
}

function foundRows(table: TableDirectory, rows: LevelRows | undefined, fault: Fault): FoundRows {
  const found: FoundRows = {
    profileCount: 0,
    oldestMillis: Number.POSITIVE_INFINITY,
    newestMillis: Number.NEGATIVE_INFINITY,
    firstArrival: Number.POSITIVE_INFINITY,
    lastArrival: 0,
  };
  if (rows === undefined) return found;
  const { streams } = table;
  for (const [stream, count] of streams.profileCount.entries()) {
    const there = rows.firstRowOf(stream + 1) - rows.firstRowOf(stream);
    if (there !== count)
      fault(`stream ${stream} has ${there} profiles; the directory says ${count}`);
  }
  for (let at = 0; at < rows.rowCount; at++) {
    const { stream, timeMillis, timeNanosOnTop, arrival, totals } = rows.row(at);
    const endMillis = timeNanosOnTop === 0 ? timeMillis : timeMillis + 1;
    found.profileCount++;
    found.oldestMillis = Math.min(found.oldestMillis, timeMillis);
    found.newestMillis = Math.max(found.newestMillis, endMillis);
    found.firstArrival = Math.min(found.firstArrival, arrival);
    found.lastArrival = Math.max(found.lastArrival, arrival);
    const isWithin =
      timeMillis >= (streams.oldestMillis[stream] ?? 0) &&
      endMillis <= (streams.newestMillis[stream] ?? 0);
    if (!isWithin) fault(`profile row ${at} lies outside of the times of its stream`);
    for (const [type, total] of totals.entries()) {
      const isSaid = ((streams.typeBits[stream] ?? 0) & (1 << type)) !== 0;
      if (BigInt(total) !== 0n && !isSaid) fault(`stream ${stream} hides sample type ${type}`);
    }
  }
  return found;
}

function compareWithEntry(entry: SegmentEntry, tables: readonly FoundRows[], fault: Fault): void {
  const profileCount = tables.reduce((sum, table) => sum + table.profileCount, 0);
  if (profileCount !== entry.profileCount) {
    fault(`${profileCount} profiles; the manifest says ${entry.profileCount}`);
  }
  for (const table of tables) {
    const isWithin =
      table.profileCount === 0 ||
      (table.oldestMillis >= entry.oldestMillis &&
        table.newestMillis <= entry.newestMillis &&
        table.firstArrival >= entry.firstArrival &&
        table.lastArrival <= entry.lastArrival);
    if (!isWithin) fault('profiles outside of the times or arrivals that the manifest says');
  }
}

function verifyPushIds(segment: SegmentFile, entry: SegmentEntry, fault: Fault): void {
  const { pushIds } = segment.directory;
  if (pushIds === undefined) return;
  const found = decodePushIds(segment.page(pushIds.page));
  if (found.length !== pushIds.count) {
    fault(`${found.length} ids of pushes; the directory says ${pushIds.count}`);
  }
  for (const { arrivalMillis } of found) {
    if (arrivalMillis > entry.newestPushIdMillis) fault('a push id newer than the manifest says');
  }
}
