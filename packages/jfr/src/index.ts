export { type JfrLimits, type JfrRead, readJfr } from './read-jfr.ts';
export {
  type ContextIndex,
  type EventColumns,
  NO_CONTEXT,
  type RecordedContext,
  type RecordedKind,
  type Recording,
} from './recording.ts';
