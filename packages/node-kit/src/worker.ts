/*
 * What a thread of a pool needs: a door of its own, since all else of this package (settings, metrics,
 * logging) takes a third of a second to load, in every thread anew.
 */
export type { Clock, StopTimer } from './clock/clock.ts';
export { systemClock } from './clock/system-clock.ts';
export type {
  DirectoryEntry,
  DiskSpace,
  EntryKind,
  File,
  FileStat,
  Fs,
  OpenMode,
  SyncFile,
} from './fs/fs.ts';
export { FsError, type FsErrorCode, isFsError } from './fs/fs-error.ts';
export { nodeFs } from './fs/node-fs.ts';
export {
  makeDirectoryDurably,
  readFully,
  readWholeFile,
  temporaryPathOf,
  writeFileAtomically,
  writeFully,
} from './fs/whole-file.ts';
export type { Random } from './random/random.ts';
export { systemRandom } from './random/system-random.ts';
export { formatUuid, uuidV4, uuidV4Bytes } from './random/uuid.ts';
export { JobError } from './worker-pool/job-error.ts';
export type { JobContext, JobHandlers, JobOutcome, JobTable } from './worker-pool/jobs.ts';
export { poolWorkerData, serveJobs } from './worker-pool/serve-jobs.ts';
export {
  deflateRaw,
  deflateRawSync,
  gunzipSync,
  inflateRawSync,
} from './worker-pool/thread-zlib.ts';
export { unbroken } from './worker-pool/unbroken.ts';
export { createWorkerPool, type WorkerPool } from './worker-pool/worker-pool.ts';
