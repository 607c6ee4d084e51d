import type { Random } from '../random/random.ts';
import type { FsErrorCode, FsOperation } from './fs-error.ts';

/** What goes wrong with one operation. One that makes no sense for it (a short rename) is an error. */
export type SimFault =
  /**
   * It rejects, and nothing was done. But a failed `datasync` or `sync` leaves each dirty page on
   * the disk or not, and makes all of them pass for clean.
   */
  | { readonly kind: 'error'; readonly code: FsErrorCode }
  /** A write or read of at least 1 byte and fewer than asked for, when more than 1 was asked for. */
  | { readonly kind: 'short' }
  /** It takes this long by the simulated clock. */
  | { readonly kind: 'slow'; readonly millis: number }
  /** Somewhere in what is read one bit is wrong, and stays so: the medium has aged. */
  | { readonly kind: 'bit-flip' }
  /** The power goes: the operation was done or was not. This and all later ones reject with `crashed`. */
  | { readonly kind: 'crash' };

/** How likely each fault is, for each operation that it can meet: from 0, never, to 1. */
export type SimFaultChances = {
  readonly shortWrite: number;
  readonly shortRead: number;
  /** `no-space` from a write, a file or directory made, a name given. */
  readonly noSpace: number;
  /** `io` from a write. */
  readonly writeError: number;
  /** `io` from a read. */
  readonly readError: number;
  /** `io` from `datasync`, `sync` and `syncDir`. */
  readonly syncError: number;
  readonly slowSync: number;
  readonly bitFlip: number;
};

export const NO_FAULTS: SimFaultChances = {
  shortWrite: 0,
  shortRead: 0,
  noSpace: 0,
  writeError: 0,
  readError: 0,
  syncError: 0,
  slowSync: 0,
  bitFlip: 0,
};

/** A disk that is busy with something else: from just noticeable to far past every deadline. */
const SLOW_SYNC_MAX_MILLIS = 20_000;

type FaultDraw = {
  readonly operations: readonly FsOperation[];
  readonly chance: keyof SimFaultChances;
  readonly fault: (random: Random) => SimFault;
};

const SYNCS: readonly FsOperation[] = ['datasync', 'sync', 'syncDir'];

const FAULT_DRAWS: readonly FaultDraw[] = [
  { operations: ['write'], chance: 'shortWrite', fault: () => ({ kind: 'short' }) },
  { operations: ['read'], chance: 'shortRead', fault: () => ({ kind: 'short' }) },
  {
    operations: ['write', 'open', 'mkdir', 'rename', 'link'],
    chance: 'noSpace',
    fault: () => ({ kind: 'error', code: 'no-space' }),
  },
  {
    operations: ['write'],
    chance: 'writeError',
    fault: () => ({ kind: 'error', code: 'io' }),
  },
  { operations: ['read'], chance: 'readError', fault: () => ({ kind: 'error', code: 'io' }) },
  { operations: SYNCS, chance: 'syncError', fault: () => ({ kind: 'error', code: 'io' }) },
  {
    operations: SYNCS,
    chance: 'slowSync',
    fault: (random) => ({ kind: 'slow', millis: random.below(SLOW_SYNC_MAX_MILLIS) }),
  },
  { operations: ['read'], chance: 'bitFlip', fault: () => ({ kind: 'bit-flip' }) },
];

/** The first fault in the table that chance strikes with. */
export function drawFault(
  operation: FsOperation,
  chances: SimFaultChances,
  random: Random,
): SimFault | undefined {
  for (const draw of FAULT_DRAWS) {
    if (chances[draw.chance] === 0 || !draw.operations.includes(operation)) continue;
    if (random.float() < chances[draw.chance]) return draw.fault(random);
  }
  return undefined;
}
