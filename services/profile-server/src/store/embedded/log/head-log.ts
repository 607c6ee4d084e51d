import { crc32 } from 'node:zlib';
import { type Fs, FsError } from '@emberscope/node-kit/worker';
import { createRecordBatch } from '@emberscope/record-log';
import { createByteWriter } from '../codec/byte-writer.ts';
import type { GenerationView } from './log-chunk.ts';
import { type Appended, createLogFile, type LogFile } from './log-file.ts';
import { nameOfLog, RECORD_LIMITS } from './log-format.ts';
import { MARK_KIND, type VoidedTail, writeMark } from './log-mark.ts';
import { createRecordChunks, type RecordChunks } from './record-chunks.ts';

/** One file of the log and its records in memory. */
export type Generation = {
  readonly generation: number;
  /** No profile in it has a smaller arrival. */
  readonly firstArrival: number;
  readonly records: RecordChunks;
};

/**
 * The generations that are not in a segment: the oldest first, the last one open or to be made with
 * the first batch that comes. An idle server has no log file.
 *
 *     [ 41 cut ][ 42 cut ][ 43 open ]
 *       next to be flushed   takes batches
 */
export type HeadLog = {
  /** Generations that nothing comes to any more, the oldest first. */
  readonly waiting: () => readonly Generation[];
  /** The one that batches go to; undefined until the first one after a cut. */
  readonly open: () => Generation | undefined;
  /** All, as readers see them. A new array whenever a generation or a chunk is new. */
  readonly views: () => readonly GenerationView[];
  /** Grows with each change of {@link views}. */
  readonly version: () => number;
  /**
   * Makes a batch of whole records durable and shows it to readers. `firstArrival` is that of its
   * first profile. One at a time.
   */
  append(batch: Uint8Array, firstArrival: number): Promise<Appended>;
  /** What is open takes nothing any more. Not while an append runs. */
  cut(): Promise<void>;
  /** Makes a new file with a mark in it, durably: rejects with an FsError while the disk fails. */
  probe(firstArrival: number): Promise<void>;
  /** Whether a file must not be written again, so that only a {@link probe} helps. */
  readonly isBroken: () => boolean;
  /** Forgets the oldest one that waits, and takes its file away if that can be done. */
  drop(generation: number): Promise<void>;
  /** The number of the next file: what is below and not waiting is in segments. */
  readonly floor: () => number;
  /** Bytes of memory that chunks take. */
  readonly memoryBytes: () => number;
  /** Bytes of files. */
  readonly fileBytes: () => number;
  close(): Promise<void>;
};

export type HeadLogOptions = {
  readonly fs: Fs;
  /** The folder of log files, which is there. */
  readonly folder: string;
  /** Generations that were read at the start, the oldest first. */
  readonly replayed: readonly Generation[];
  readonly nextGeneration: number;
};

export function createHeadLog({ fs, folder, replayed, nextGeneration }: HeadLogOptions): HeadLog {
  let waiting: readonly Generation[] = replayed;
  let open: { readonly generation: Generation; readonly file: LogFile } | undefined;
  let next = nextGeneration;
  let isBroken = false;
  /** Files with bytes that nobody may believe, until a mark says so durably. */
  let voided: VoidedTail[] = [];
  let views: readonly GenerationView[] | undefined;
  let version = 0;

  const all = (): readonly Generation[] =>
    open === undefined ? waiting : [...waiting, open.generation];
  const pathOf = (generation: number): string => `${folder}/${nameOfLog(generation)}`;

  function changed(): void {
    views = undefined;
    version++;
  }

  function publish(generation: Generation, batch: Uint8Array): void {
    const before = generation.records.chunks().length;
    generation.records.append(batch);
    const added = generation.records.chunks().length - before;
    if (added > 0) changed();
  }

  async function create(firstBatch: Uint8Array, firstArrival: number): Promise<void> {
    // A number is never given twice: what a failed attempt left behind may still be there.
    const number = next++;
    try {
      const header = { generation: number, firstArrival };
      const file = await createLogFile(fs, pathOf(number), header, firstBatch);
      open = {
        file,
        generation: { generation: number, firstArrival, records: createRecordChunks() },
      };
    } catch (error) {
      voided.push({ generation: number, goodBytes: 0 });
      throw error;
    }
  }

  async function begin(batch: Uint8Array, firstArrival: number): Promise<Appended> {
    try {
      await create(batch, firstArrival);
      return { kind: 'durable' };
    } catch (error) {
      if (!(error instanceof FsError)) throw error;
      isBroken = true;
      return { kind: 'broken', error };
    }
  }

  function closeOpen(): void {
    if (open === undefined) return;
    waiting = [...waiting, open.generation];
    open = undefined;
    changed();
  }

  return {
    waiting: () => waiting,
    open: () => open?.generation,
    views() {
      views ??= all().map(({ generation, records }) => ({ generation, chunks: records.chunks() }));
      return views;
    },
    version: () => version,
    async append(batch, firstArrival) {
      if (isBroken) throw new Error('the log takes nothing until a probe was written');
      const appended =
        open === undefined ? await begin(batch, firstArrival) : await open.file.append(batch);
      if (appended.kind === 'durable' && open !== undefined) publish(open.generation, batch);
      if (appended.kind === 'broken') {
        isBroken = true;
        if (open !== undefined) {
          voided.push({ generation: open.generation.generation, goodBytes: open.file.sizeBytes() });
          closeOpen();
        }
      }
      return appended;
    },
    async cut() {
      const file = open?.file;
      closeOpen();
      // All of it is durable: how closing goes is of no interest.
      await file?.close().catch(() => {});
    },
    async probe(firstArrival) {
      const payload = createByteWriter();
      writeMark(payload, voided);
      const batch = createRecordBatch(crc32, RECORD_LIMITS);
      batch.append(MARK_KIND, payload.view());
      const marked = voided.length;
      await create(batch.bytes(), firstArrival);
      voided = voided.slice(marked);
      isBroken = false;
      if (open !== undefined) publish(open.generation, batch.bytes());
    },
    isBroken: () => isBroken,
    async drop(generation) {
      waiting = waiting.filter((of) => of.generation !== generation);
      changed();
      // What stays is below the floor and goes at the next start.
      await fs.unlink(pathOf(generation)).catch(() => {});
    },
    floor: () => waiting[0]?.generation ?? open?.generation.generation ?? next,
    memoryBytes: () => all().reduce((sum, { records }) => sum + records.capacityBytes(), 0),
    fileBytes: () => all().reduce((sum, { records }) => sum + records.byteLength(), 0),
    async close() {
      const file = open?.file;
      closeOpen();
      await file?.close().catch(() => {});
    },
  };
}
