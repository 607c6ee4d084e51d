import type { Clock, Fs, Random } from '@emberscope/node-kit/worker';
import type { LockHost } from '../manifest/lock-host.ts';
import type { Maintenance } from './maintenance-jobs.ts';
import type { StoreEvent } from './store-event.ts';
import {
  GENERATION_MAX_BYTES,
  HEAD_MAX_BYTES,
  JUMP_HELD_MILLIS,
  MAX_EPOCHS_PER_GENERATION,
  WAITING_MAX_BYTES,
} from './writer-limits.ts';

export type StoreWriterOptions = {
  readonly fs: Fs;
  readonly clock: Clock;
  readonly random: Random;
  /** Absolute. */
  readonly dataDir: string;
  /** Of profiles; 0 is for ever. */
  readonly retentionMillis: number;
  /** Of roll-ups; 0 is for ever. */
  readonly rollupRetentionMillis: number;
  /** What segments and roll-ups may take; 0 is no limit. */
  readonly maxBytes: number;
  /** Whether the oldest day goes when the disk is nearly full. */
  readonly dropsOldestWhenFull: boolean;
  /** New series of a tenant beyond this are refused. */
  readonly maxSeries: number;
  readonly maintenance: Maintenance;
  readonly log: (event: StoreEvent) => void;
  /**
   * Told when much was let go that is garbage now: generations of the log that are in segments, and
   * dictionaries that nobody had used for long.
   */
  readonly onLetGo?: () => void;
  readonly lockHost?: LockHost;
  readonly limits?: Partial<WriterLimits>;
};

/** For tests: what is too large to be reached there. */
export type WriterLimits = {
  readonly generationMaxBytes: number;
  readonly headMaxBytes: number;
  readonly waitingMaxBytes: number;
  readonly epochsPerGeneration: number;
  readonly recordMaxBytes: number | undefined;
  readonly dictionaryMaxBytes: number | undefined;
  readonly dictionariesMaxBytes: number | undefined;
  readonly ballastMaxBytes: number | undefined;
  readonly jumpHeldMillis: number;
};

export const WRITER_LIMITS: WriterLimits = {
  generationMaxBytes: GENERATION_MAX_BYTES,
  headMaxBytes: HEAD_MAX_BYTES,
  waitingMaxBytes: WAITING_MAX_BYTES,
  epochsPerGeneration: MAX_EPOCHS_PER_GENERATION,
  recordMaxBytes: undefined,
  dictionaryMaxBytes: undefined,
  dictionariesMaxBytes: undefined,
  ballastMaxBytes: undefined,
  jumpHeldMillis: JUMP_HELD_MILLIS,
};

/** Without what is undefined: an option that is left out means its default. */
export function defined<Value extends Record<string, number | undefined>>(
  options: Value,
): { [Name in keyof Value]?: number } {
  const kept: { [Name in keyof Value]?: number } = {};
  for (const name in options) if (options[name] !== undefined) kept[name] = options[name];
  return kept;
}
