export type { Clock, StopTimer } from './clock/clock.ts';
export { createSimClock, type SimClock } from './clock/sim-clock.ts';
export { systemClock } from './clock/system-clock.ts';
export type {
  DirectoryEntry,
  DiskSpace,
  EntryKind,
  File,
  FileStat,
  Fs,
  OpenMode,
} from './fs/fs.ts';
export {
  FsError,
  type FsErrorCode,
  type FsErrorData,
  type FsOperation,
  isFsError,
} from './fs/fs-error.ts';
export { nodeFs } from './fs/node-fs.ts';
export { PAGE_BYTES, SECTOR_BYTES, type UnsyncedFate } from './fs/sim-content.ts';
export type { SimFault, SimFaultChances } from './fs/sim-faults.ts';
export {
  createSimFs,
  type FaultScript,
  type SimFs,
  type SimFsOptions,
  type SimOperation,
} from './fs/sim-fs.ts';
export {
  makeDirectoryDurably,
  readFully,
  readWholeFile,
  temporaryPathOf,
  writeFileAtomically,
  writeFully,
} from './fs/whole-file.ts';
export type { Random } from './random/random.ts';
export { createSeededRandom } from './random/seeded-random.ts';
export { systemRandom } from './random/system-random.ts';
export { formatUuid, uuidV4, uuidV4Bytes } from './random/uuid.ts';
