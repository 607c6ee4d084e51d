export { completeGoStacks } from './complete-go-stacks.ts';
export { type EncodedStrings, encodedStrings } from './encoded-strings.ts';
export { NO_PPROF_LIMITS, type PprofLimits, PYROSCOPE_PPROF_LIMITS } from './limits.ts';
export { dropUncounted, normalizePprof } from './normalize-pprof.ts';
export { PprofMemory } from './pprof-memory.ts';
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
export { withStubMapping } from './stub-mapping.ts';
export { MalformedWire, WireReader } from './wire-reader.ts';
export { writePprof } from './write-pprof.ts';
