export { NO_PPROF_LIMITS, type PprofLimits, PYROSCOPE_PPROF_LIMITS } from './limits.ts';
export { dropUncounted, normalizePprof } from './normalize-pprof.ts';
export {
  type PprofLosses,
  type PprofRead,
  type PprofReadOptions,
  readPprof,
} from './read-pprof.ts';
export {
  type PprofHeader,
  type PprofHeaderRead,
  readPprofHeader,
} from './read-pprof-header.ts';
export type { PprofTexts } from './string-rows.ts';
export { withStubMapping } from './stub-mapping.ts';
export { writePprof } from './write-pprof.ts';
