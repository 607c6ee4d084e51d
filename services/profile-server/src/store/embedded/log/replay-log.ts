import { crc32 } from 'node:zlib';
import { type Fs, FsError } from '@emberscope/node-kit/worker';
import { createRecordBatch } from '@emberscope/record-log';
import { DamagedBytes } from '../codec/damaged-bytes.ts';
import { keepDamagedLog, MAX_DAMAGED_LOGS } from './damaged-logs.ts';
import type { Generation } from './head-log.ts';
import { generationOfLog, nameOfLog, RECORD_LIMITS } from './log-format.ts';
import { MARK_KIND } from './log-mark.ts';
import { type LogFileRead, readLogFile, readMarkOfLog } from './read-log-file.ts';
import { createRecordChunks } from './record-chunks.ts';

export type ReplayOptions = {
  readonly fs: Fs;
  /** The folder of log files, which is there. */
  readonly folder: string;
  /** Files of generations below are in segments: they go. */
  readonly floor: number;
  /** Today, in days since 1970-01-01, UTC. */
  readonly day: number;
  /**
   * Told of each good record but marks, in the order in which they were written. A record that it
   * throws {@link DamagedBytes} for is left out and counted.
   */
  readonly accept: (record: ReplayedRecord) => void;
};

export type ReplayedRecord = {
  readonly generation: number;
  readonly kind: number;
  /** A view: copy what is to be kept. */
  readonly payload: Uint8Array;
  /** Records before it in its file may be missing. */
  readonly isBehindDamage: boolean;
};

export type Replayed = {
  /** The oldest first. */
  readonly generations: readonly Generation[];
  readonly nextGeneration: number;
  /** A line for each stretch of bytes, and each record, that was lost. */
  readonly damages: readonly string[];
  /** Where files are kept as they were, of which something was lost. */
  readonly kept: readonly string[];
  /** Bytes of a batch that was never acknowledged, cut off at the end of the last file. */
  readonly tornBytes: number;
};

/** Records go into chunks in pieces: one by one, a million of them would be as many copies. */
const PIECE_BYTES = 1024 * 1024;

/** Reads the log into memory. Rejects with an FsError when a file cannot be read. */
export async function replayLog(options: ReplayOptions): Promise<Replayed> {
  const { fs, folder, floor } = options;
  const numbers: number[] = [];
  for (const { name } of await fs.readdir(folder)) {
    const generation = generationOfLog(name);
    if (generation === undefined) continue;
    if (generation < floor) await fs.unlink(`${folder}/${name}`).catch(() => {});
    else numbers.push(generation);
  }
  numbers.sort((a, b) => a - b);

  const goodBytes = new Map<number, number>();
  for (const number of numbers) {
    for (const tail of await readMarkOfLog(fs, `${folder}/${nameOfLog(number)}`)) {
      goodBytes.set(tail.generation, tail.goodBytes);
    }
  }

  const generations: Generation[] = [];
  const damages: string[] = [];
  const kept: string[] = [];
  let tornBytes = 0;
  for (const number of numbers) {
    const path = `${folder}/${nameOfLog(number)}`;
    const limitBytes = goodBytes.get(number) ?? Number.POSITIVE_INFINITY;
    if (limitBytes === 0) {
      await fs.unlink(path).catch(() => {});
      continue;
    }
    const isLast = number === numbers.at(-1);
    const read = await readGeneration(options, number, limitBytes);
    const isDamaged = read.damages.length > 0 || isDamagedTail(read.file, isLast);
    // Before its tail is cut off.
    const keptAs = isDamaged ? await keepDamagedLog(fs, folder, number, options.day) : undefined;
    if (keptAs !== undefined) kept.push(keptAs);
    damages.push(...read.damages.map((reason) => `${path}: ${reason}`));
    tornBytes += await mendTail(fs, path, read.file, isLast, damages);
    const isNeverBegun = isLast && read.file.header === undefined && read.file.endOffset === 0;
    // Its writer died before the first batch was there.
    if (isNeverBegun) await fs.unlink(path).catch(() => {});
    else generations.push(read.generation);
  }
  const last = numbers.at(-1);
  if (generations.at(-1)?.generation === last && last !== undefined) {
    await makeDurable(fs, folder, last);
  }
  const nextGeneration = last === undefined ? floor : Math.max(floor, last + 1);
  return { generations, nextGeneration, damages, kept: kept.slice(-MAX_DAMAGED_LOGS), tornBytes };
}

/**
 * What was read may be in the memory of the system alone: its writer was killed before it synced. From
 * here on it is shown, and a push of the same id is answered as a duplicate, so it must stay.
 */
async function makeDurable(fs: Fs, folder: string, generation: number): Promise<void> {
  const file = await fs.open(`${folder}/${nameOfLog(generation)}`, 'write');
  try {
    await file.datasync();
  } finally {
    await file.close();
  }
  await fs.syncDir(folder);
}

type ReadGeneration = {
  readonly generation: Generation;
  readonly file: LogFileRead;
  readonly damages: readonly string[];
};

async function readGeneration(
  { fs, folder, accept }: ReplayOptions,
  number: number,
  limitBytes: number,
): Promise<ReadGeneration> {
  const records = createRecordChunks();
  const piece = createRecordBatch(crc32, RECORD_LIMITS);
  const damages: string[] = [];

  function flushPiece(): void {
    records.append(piece.bytes());
    piece.clear();
  }

  const file = await readLogFile(
    fs,
    `${folder}/${nameOfLog(number)}`,
    limitBytes,
    ({ kind, payload }, isBehindDamage) => {
      if (kind !== MARK_KIND) {
        try {
          accept({ generation: number, kind, payload, isBehindDamage });
        } catch (error) {
          if (!(error instanceof DamagedBytes)) throw error;
          damages.push(`a record that says nothing: ${error.message}`);
          return;
        }
      }
      if (piece.byteLength() + payload.length > PIECE_BYTES) flushPiece();
      piece.append(kind, payload);
    },
  );
  flushPiece();
  const firstArrival = file.header?.firstArrival ?? 0;
  return {
    generation: { generation: number, firstArrival, records },
    file,
    // Where it is first, and then what rests on that, of which there may be much.
    damages: [...(file.endOffset === 0 ? [] : file.damages), ...damages],
  };
}

/** Of the last file it is what was being written when its writer died. */
function isDamagedTail({ tail }: Pick<LogFileRead, 'tail'>, isLast: boolean): boolean {
  return tail !== undefined && !(isLast && tail.isSearched);
}

/**
 * Cuts a torn tail off the last file, so that it is not taken for damage once another file follows;
 * answers how much that was. Elsewhere, and where the search gave up, it is damage.
 */
async function mendTail(
  fs: Fs,
  path: string,
  { tail }: LogFileRead,
  isLast: boolean,
  damages: string[],
): Promise<number> {
  if (tail === undefined) return 0;
  if (isDamagedTail({ tail }, isLast)) {
    damages.push(`${path}: from ${tail.offset} on: ${tail.reason}`);
    return 0;
  }
  try {
    const file = await fs.open(path, 'write');
    try {
      const sizeBytes = await file.size();
      await file.truncate(tail.offset);
      await file.datasync();
      return sizeBytes - tail.offset;
    } finally {
      await file.close();
    }
  } catch (error) {
    if (!(error instanceof FsError)) throw error;
    // The records are read; the tail is only reported once more at the next start.
    damages.push(
      `${path}: a torn tail from ${tail.offset} on that cannot be cut off: ${error.message}`,
    );
    return 0;
  }
}
