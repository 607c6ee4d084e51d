import { type Clock, type Fs, FsError } from '@emberscope/node-kit/worker';
import type { StoreError } from '../../store-error.ts';
import type { Ballast } from './ballast.ts';
import type { StoreEvent } from './store-event.ts';
import { PROBE_EVERY_MILLIS, RETRY_AFTER_SECONDS } from './writer-limits.ts';

/** Refuses pushes while the disk takes none, and finds out when it does again. */
export type DiskGuard = {
  /** Why pushes are refused. */
  readonly refusal: () => StoreError | undefined;
  /** A commit has failed. */
  failed(error: FsError): void;
  /** Something else met a full disk: lets the ballast go, and refuses pushes until there is room. */
  full(): Promise<void>;
  /** Asks the disk, at most once a second, when pushes are refused; answers why they still are. */
  check(): Promise<StoreError | undefined>;
};

export type DiskGuardOptions = {
  readonly fs: Fs;
  readonly clock: Clock;
  readonly dataDir: string;
  readonly ballast: Ballast;
  /** Makes a record durable in a new file; rejects with an FsError while that fails. */
  readonly probe: () => Promise<void>;
  readonly onEvent: (event: StoreEvent) => void;
};

type Trouble = { readonly kind: 'full' | 'failed'; readonly reason: string; needsProbe: boolean };

export function createDiskGuard(options: DiskGuardOptions): DiskGuard {
  const { fs, clock, dataDir, ballast, onEvent } = options;
  let trouble: Trouble | undefined;
  let checkedMillis = Number.NEGATIVE_INFINITY;
  let checking: Promise<void> | undefined;

  const refusal = (): StoreError | undefined =>
    trouble === undefined
      ? undefined
      : { kind: 'unavailable', reason: trouble.reason, retryAfterSeconds: RETRY_AFTER_SECONDS };

  function enter(kind: Trouble['kind'], detail: string, needsProbe: boolean): void {
    const reason =
      kind === 'full'
        ? `the disk of ${dataDir} is full: no profile is taken until there is room`
        : `the disk of ${dataDir} failed: no profile is taken until it can be written again (${detail})`;
    if (trouble === undefined) onEvent({ level: 'error', message: reason });
    trouble = { kind, reason, needsProbe: needsProbe || trouble?.needsProbe === true };
  }

  async function checkNow(current: Trouble): Promise<void> {
    try {
      if (current.kind === 'full') {
        await ballast.release();
        const { freeBytes } = await fs.space(dataDir);
        // Room for the ballast, and as much again before it is needed.
        if (freeBytes < 2 * (await ballast.sizeBytes())) return;
      }
      if (current.needsProbe) await options.probe();
      // Another commit may have failed meanwhile.
      if (trouble !== current) return;
      trouble = undefined;
      await ballast.restore();
      onEvent({ level: 'info', message: `the disk of ${dataDir} takes profiles again` });
    } catch (error) {
      if (!(error instanceof FsError)) throw error;
      enter(error.code === 'no-space' ? 'full' : 'failed', error.message, true);
    }
  }

  return {
    refusal,
    failed(error) {
      enter(error.code === 'no-space' ? 'full' : 'failed', error.message, true);
    },
    async full() {
      enter('full', '', false);
      await ballast.release();
    },
    async check() {
      if (trouble === undefined) return undefined;
      if (checking === undefined && clock.monotonicMillis() - checkedMillis >= PROBE_EVERY_MILLIS) {
        checkedMillis = clock.monotonicMillis();
        checking = checkNow(trouble).finally(() => {
          checking = undefined;
        });
      }
      await checking;
      return refusal();
    },
  };
}
