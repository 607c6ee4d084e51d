export type { Clock, StopTimer } from './clock/clock.ts';
export { createSimClock, type SimClock } from './clock/sim-clock.ts';
export { systemClock } from './clock/system-clock.ts';
export {
  formatListenAddress,
  type ListenAddress,
  type ParsedListenAddress,
  parseListenAddress,
} from './config/listen-address.ts';
export type { Environment } from './config/read-environment.ts';
export type { Program } from './config/read-flags.ts';
export {
  readSettings,
  type SettingRow,
  type SettingsRead,
  type SettingsRequest,
} from './config/read-settings.ts';
export type { SettingFacts, SettingForm, SettingsShape } from './config/setting.ts';
export {
  booleanSetting,
  bytesSetting,
  choiceSetting,
  durationSetting,
  integerSetting,
  listenAddressSetting,
  listSetting,
  numberSetting,
  optional,
  pathSetting,
  type SettingOptions,
  secretSetting,
  structureSetting,
  textSetting,
  urlSetting,
} from './config/setting-kinds.ts';
export { formatOrigin, type SettingOrigin } from './config/setting-origin.ts';
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
export {
  type BearerCheck,
  checkBearerToken,
  hashToken,
  type NamedToken,
} from './http/bearer-token.ts';
export {
  type Closed,
  createFrontDoor,
  type FrontDoor,
  type FrontDoorOptions,
  type Listening,
} from './http/front-door.ts';
export type { CutReason, FrontDoorEvent, FrontDoorObserver } from './http/front-door-event.ts';
export { DEFAULT_FRONT_DOOR_LIMITS, type FrontDoorLimits } from './http/front-door-limits.ts';
export { createHealth, type Health, type HealthCheck, type HealthState } from './http/health.ts';
export {
  answerText,
  endResponse,
  type HttpHandler,
  type HttpRequest,
  type HttpResponse,
  isCutOff,
  isGone,
} from './http/http-handler.ts';
export { type Inflated, inflateBounded } from './http/inflate-bounded.ts';
export { nameHost } from './http/name-host.ts';
export { createPlainRoutes, type PlainRoute } from './http/plain-routes.ts';
export { type ReadBody, type ReadBodyLimits, readBody } from './http/read-body.ts';
export { type LogFile, openLogFile } from './logging/log-file.ts';
export { createLogLimiter, type LogLimiter } from './logging/log-limiter.ts';
export {
  createLogger,
  LOG_LEVELS,
  type Logger,
  type LogLevel,
  type LogOutput,
} from './logging/logger.ts';
export {
  type Counter,
  createMetrics,
  type Gauge,
  type Histogram,
  type MetricSpec,
  type Metrics,
} from './metrics/metrics.ts';
export type { Random } from './random/random.ts';
export { createSeededRandom } from './random/seeded-random.ts';
export { systemRandom } from './random/system-random.ts';
export { formatUuid, uuidV4, uuidV4Bytes } from './random/uuid.ts';
export {
  type CertificateFiles,
  type Certificates,
  type LoadedCertificates,
  loadCertificates,
} from './tls/load-certificates.ts';
export {
  type CertificateWatch,
  type CertificateWatchOptions,
  watchCertificates,
} from './tls/watch-certificates.ts';
export { startTurnClock, type Turn, type TurnClock } from './turn-clock/turn-clock.ts';
export { createTurnLine, type TurnLine, turnLine } from './turn-clock/turn-line.ts';
export { endThread, type PoolThread } from './worker-pool/end-thread.ts';
export { JobError } from './worker-pool/job-error.ts';
export type {
  CancelSignal,
  JobContext,
  JobHandlers,
  JobOutcome,
  JobOutcomeKind,
  JobTable,
} from './worker-pool/jobs.ts';
export type { WorkerDeath } from './worker-pool/pool-worker.ts';
export { poolWorkerData, serveJobs } from './worker-pool/serve-jobs.ts';
export {
  createWorkerPool,
  type RunOptions,
  type WorkerPool,
  type WorkerPoolOptions,
  type WorkerPoolStats,
} from './worker-pool/worker-pool.ts';
