import type { Fs } from '@emberscope/node-kit';
import type { ValueType } from '@emberscope/profile';
import { createByteReader } from '../store/embedded/codec/byte-reader.ts';
import { DamagedBytes } from '../store/embedded/codec/damaged-bytes.ts';
import { type RowCounts, readDictionaryRows } from '../store/embedded/codec/dictionary-rows.ts';
import {
  type EpochRecord,
  RECORD_KIND,
  readEpochRecord,
  readProfileRecord,
  readStreamRecord,
} from '../store/embedded/codec/log-records.ts';
import { readTracing } from '../store/embedded/codec/sample-sections.ts';
import { nameOfLog } from '../store/embedded/log/log-format.ts';
import { MARK_KIND } from '../store/embedded/log/log-mark.ts';
import { readLogFile, readMarkOfLog } from '../store/embedded/log/read-log-file.ts';
import {
  ROWS_CHECK_KIND,
  type RowsCheck,
  readRowsCheck,
  rowsOf,
} from '../store/embedded/log/rows-check.ts';
import { createSampleDecoder } from '../store/embedded/maintenance/decode-samples.ts';
import { isSameCount, textOfCounts } from './row-counts.ts';
import { totalsOf } from './sums-by-stack.ts';

/** Rows of dictionaries by tenant, service, day and ordinal, as far as they have been read. */
export type KnownRows = Map<string, RowCounts>;

export type VerifiedLog = {
  readonly faults: readonly string[];
  readonly notes: readonly string[];
  readonly profileCount: number;
};

/** Where the good bytes of files end whose last sync had failed: a later file says it. */
export async function voidedTailsOf(
  fs: Fs,
  folder: string,
  generations: readonly number[],
): Promise<ReadonlyMap<number, number>> {
  const goodBytes = new Map<number, number>();
  for (const generation of generations) {
    for (const tail of await readMarkOfLog(fs, `${folder}/${nameOfLog(generation)}`)) {
      goodBytes.set(tail.generation, tail.goodBytes);
    }
  }
  return goodBytes;
}

/**
 * Reads a file of the log as a start would, and every profile in it to the last value. `known` goes
 * on with the rows that it brings.
 */
export async function verifyLog(
  fs: Fs,
  folder: string,
  generation: number,
  limits: { readonly goodBytes: number; readonly isLast: boolean },
  known: KnownRows,
): Promise<VerifiedLog> {
  const faults: string[] = [];
  const notes: string[] = [];
  const name = nameOfLog(generation);
  const streams: (readonly ValueType[])[] = [];
  const epochs: { readonly key: string }[] = [];
  let profileCount = 0;
  let lastArrival = 0;

  function takeEpoch(epoch: EpochRecord): void {
    const key = keyOfEpoch(epoch);
    epochs[epoch.number] = { key };
    const rows = known.get(key);
    if (rows !== undefined && !isSameCount(rows, epoch.before)) {
      faults.push(
        `log ${name}: the dictionary ${key} begins at ${textOfCounts(epoch.before)}, and has ${textOfCounts(rows)}`,
      );
    }
    known.set(key, epoch.before);
  }

  function takeRowsCheck({ epoch, rowsBefore }: RowsCheck): void {
    const key = epochs[epoch]?.key;
    const rows = key === undefined ? undefined : known.get(key);
    if (rows === undefined) throw new DamagedBytes(`a check of epoch ${epoch}`);
    if (rowsOf(rows) === rowsBefore) return;
    throw new DamagedBytes(
      `${key} is to have ${rowsBefore} rows, and has ${rowsOf(rows)}: records are missing`,
    );
  }

  function takeProfile(payload: Uint8Array): void {
    const profile = readProfileRecord(payload, 0, payload.length);
    const types = streams[profile.stream];
    const epoch = epochs[profile.epoch];
    if (types === undefined) throw new DamagedBytes(`a profile of stream ${profile.stream}`);
    if (epoch === undefined) throw new DamagedBytes(`a profile of epoch ${profile.epoch}`);
    if (profile.arrival <= lastArrival) throw new DamagedBytes(`arrival ${profile.arrival} again`);
    lastArrival = profile.arrival;
    const before = known.get(epoch.key);
    if (before === undefined) throw new Error('an epoch without a dictionary');
    const from = createByteReader(payload, profile.rowsAt, profile.rowsEnd);
    const after =
      profile.rowsEnd > profile.rowsAt ? readDictionaryRows(from, before).after : before;
    known.set(epoch.key, after);
    const cut = ({ at, end }: { readonly at: number; readonly end: number }) =>
      payload.subarray(at, end);
    const samples = createSampleDecoder(types.length).decode(
      { ids: cut(profile.ids), columns: profile.columns.map(cut), tracing: undefined },
      after.stacks,
    );
    if (profile.tracing !== undefined) {
      readTracing(createByteReader(cut(profile.tracing)), samples.length);
    }
    for (const [type, total] of totalsOf(samples).entries()) {
      const said = BigInt.asIntN(64, BigInt(profile.totals[type] ?? 0));
      if (said !== total) throw new DamagedBytes(`a total of ${said} over values of ${total}`);
    }
    profileCount++;
  }

  const read = await readLogFile(fs, `${folder}/${name}`, limits.goodBytes, ({ kind, payload }) => {
    try {
      if (kind === RECORD_KIND.stream) {
        const stream = readStreamRecord(payload);
        streams[stream.number] = stream.sampleTypes;
      } else if (kind === RECORD_KIND.epoch) takeEpoch(readEpochRecord(payload));
      else if (kind === RECORD_KIND.profile) takeProfile(payload);
      else if (kind === ROWS_CHECK_KIND) takeRowsCheck(readRowsCheck(payload));
      else if (kind !== MARK_KIND) throw new DamagedBytes(`a record of kind ${kind}`);
    } catch (error) {
      if (!(error instanceof DamagedBytes)) throw error;
      faults.push(`log ${name}: ${error.message}`);
    }
  });
  if (read.endOffset > 0) faults.push(...read.damages.map((damage) => `log ${name}: ${damage}`));
  if (read.header !== undefined && read.header.generation !== generation) {
    faults.push(`log ${name}: its header names generation ${read.header.generation}`);
  }
  if (read.tail !== undefined) {
    const text = `log ${name}: from ${read.tail.offset} on: ${read.tail.reason}`;
    // The writer was ended in the middle of a batch, or is in the middle of one.
    (limits.isLast ? notes : faults).push(text);
  }
  return { faults, notes, profileCount };
}

export function keyOfEpoch(epoch: {
  readonly tenant: string;
  readonly service: string;
  readonly day: number;
  readonly ordinal: number;
}): string {
  return `${epoch.tenant}, ${epoch.service}, day ${epoch.day}, number ${epoch.ordinal}`;
}
