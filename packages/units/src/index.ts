export {
  formatHumanizeBytes,
  formatIecBytes,
  type ParsedByteSize,
  parseByteSize,
} from './byte-size.ts';
export {
  formatGoDuration,
  formatPrometheusDuration,
  type ParsedDuration,
  parseDuration,
} from './duration.ts';
export {
  formatAge,
  formatBytes,
  formatCount,
  formatNanos,
  formatRate,
  formatShare,
  formatValue,
  type SampleUnit,
  sampleUnit,
} from './sample-unit.ts';
export {
  floorDivide,
  formatUnixNanos,
  MILLIS_PER_DAY,
  MILLIS_PER_HOUR,
  MILLIS_PER_MINUTE,
  MILLIS_PER_SECOND,
  millisFromNanos,
  NANOS_PER_MILLI,
  NANOS_PER_SECOND,
  type Nanos,
  nanosFromMillis,
  startOfPeriod,
  stepCount,
  type UnixMillis,
  type UnixNanos,
  unixMillis,
  unixNanos,
} from './time.ts';
export { compareUtf8, utf8Bytes } from './utf8-order.ts';
export { utf8Tail } from './utf8-tail.ts';
