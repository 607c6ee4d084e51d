import type { Clock } from '@emberscope/node-kit/worker';
import type { MergeJob, MergeResult } from '../maintenance/maintenance-jobs.ts';
import type { Manifest, SegmentEntry } from '../manifest/manifest.ts';
import { nameOfDay } from './epoch-key.ts';
import type { Maintenance } from './maintenance-jobs.ts';
import { type DueMerge, dueMerge, dueRollup } from './maintenance-plan.ts';
import type { ManifestStore } from './manifest-store.ts';
import { rollupsReplacedBy } from './replaced-rollups.ts';
import type { RetryPause } from './retry-pause.ts';
import type { StoreEvent } from './store-event.ts';
import { createUnreadInputs } from './unread-inputs.ts';
import { PUSH_IDS_KEPT_MILLIS } from './writer-limits.ts';
import type { WrittenFiles } from './written-files.ts';

export type BackgroundMergeOptions = {
  readonly clock: Clock;
  readonly dataDir: string;
  readonly maintenance: Maintenance;
  readonly manifest: ManifestStore;
  readonly written: WrittenFiles;
  readonly pause: RetryPause;
  /** Runs something while no flush and no retention does: segments stay in the manifest then. */
  readonly exclusively: (work: () => Promise<void>) => Promise<void>;
  /** After this no record of the log rests on what segments hold of a day. */
  readonly closeDay: (day: number) => Promise<void>;
  /** Takes segments out of the manifest, with what else changes in it. */
  readonly replace: (
    gone: readonly SegmentEntry[],
    more: (manifest: Manifest) => Manifest,
  ) => Promise<void>;
  /** Files that no manifest has named. */
  readonly discard: (written: readonly SegmentEntry[]) => void;
  /** Rejects never: what fails is told and tried again after the pause. */
  readonly attempt: (
    what: string,
    pause: RetryPause,
    run: () => Promise<void>,
    onError: (error: unknown) => void,
  ) => Promise<void>;
  readonly onEvent: (event: StoreEvent) => void;
};

/**
 * The merge of a day takes minutes, so that it runs beside flushes and retention; only its commit
 * comes between them. Segments that were flushed meanwhile stay beside the merged one, whose rows of
 * dictionaries end where theirs begin. When an input has gone meanwhile, what was written goes too.
 *
 *     chain:   [ upkeep ][ flush ][ flush ][ retention ][ commit of the merge ][ flush ]
 *     beside:          [ merge ............................ ]
 */
export type BackgroundMerge = {
  /** Begins the merge that is due, unless one runs. */
  beginDue(): void;
  readonly isRunning: () => boolean;
  /** Resolves when none runs that runs now. */
  settled(): Promise<void>;
  /** Ends the one that runs, and none is begun after this; resolves when none writes any more. */
  end(): Promise<void>;
  readonly lastSeconds: () => number;
};

type Outcome =
  | { readonly kind: 'done'; readonly result: MergeResult }
  | { readonly kind: 'failed'; readonly error: unknown };

export function createBackgroundMerge(options: BackgroundMergeOptions): BackgroundMerge {
  const { clock, dataDir, maintenance, manifest, written, pause, closeDay } = options;
  const unread = createUnreadInputs(clock, options.onEvent);
  let running: Promise<void> | undefined;
  let hasEnded = false;
  let lastSeconds = 0;

  function jobOf({ day, inputs, kind }: DueMerge): MergeJob {
    const [file = 0] = manifest.nextFiles(1);
    const { deletions, sequence } = manifest.current();
    const nowMillis = clock.nowMillis();
    return {
      ...{ dataDir, day, inputs, deletions, sequence, file, kind, nowMillis },
      rollup: kind === 'day',
      pushIdsSinceMillis: nowMillis - PUSH_IDS_KEPT_MILLIS,
    };
  }

  async function run(due: DueMerge): Promise<void> {
    const since = clock.monotonicMillis();
    const job = jobOf(due);
    const outcome = await outcomeOf(maintenance, job);
    await options.exclusively(() => finish(job, outcome, since));
  }

  async function finish(job: MergeJob, outcome: Outcome, sinceMillis: number): Promise<void> {
    // It was ended: what it has written goes at the next start.
    if (hasEnded && outcome.kind === 'failed') return;
    if (!areNamed(job.inputs)) {
      if (outcome.kind === 'done') options.discard(writtenIn(outcome.result));
      return;
    }
    await options.attempt(
      `the merge of ${nameOfDay(job.day)}`,
      pause,
      async () => {
        if (outcome.kind === 'failed') throw outcome.error;
        const { result } = outcome;
        await written.commit(writtenIn(result), async () => {
          if (!(await commit(job, result))) return;
          lastSeconds = (clock.monotonicMillis() - sinceMillis) / 1000;
        });
      },
      (error) => unread.noteFailure(job.inputs, error),
    );
  }

  function areNamed(inputs: readonly SegmentEntry[]): boolean {
    const { segments, rollups } = manifest.current();
    const files = new Set([...segments, ...rollups].map(({ file }) => file));
    return inputs.every(({ file }) => files.has(file));
  }

  /** Answers false when it has to be done again. */
  async function commit(
    { day, inputs, file, kind }: MergeJob,
    { segment, rollup }: MergeResult,
  ): Promise<boolean> {
    if (kind === 'rollup') {
      const gone = inputs.filter((of) => of.file !== rollup?.file);
      const kept = (of: SegmentEntry): boolean => !inputs.some((input) => input.file === of.file);
      await options.replace(gone, (current) => ({
        ...current,
        rollups: [...current.rollups.filter(kept), ...(rollup === undefined ? [] : [rollup])],
        nextFile: Math.max(current.nextFile, file + 1),
      }));
      return true;
    }
    if (segment === undefined) {
      await closeDay(day);
      const isStillAll = manifest
        .current()
        .segments.every((of) => of.day !== day || inputs.some((input) => input.file === of.file));
      // Others came meanwhile, which rest on rows of these: the next merge takes them together.
      if (!isStillAll) return false;
    }
    const replaced = rollup === undefined ? [] : rollupsReplacedBy(inputs, manifest.current());
    const rollups = rollup === undefined ? [] : [rollup];
    await options.replace([...inputs, ...replaced], (current) => ({
      ...current,
      segments: segment === undefined ? current.segments : [...current.segments, segment],
      rollups: [...current.rollups, ...rollups],
      nextFile: Math.max(current.nextFile, file + 1),
    }));
    return true;
  }

  return {
    beginDue() {
      if (running !== undefined || hasEnded || !pause.isDue()) return;
      const current = manifest.current();
      unread.keep([...current.segments, ...current.rollups]);
      const { isLeftOut } = unread;
      const due =
        dueMerge(current.segments, clock.nowMillis(), isLeftOut) ?? dueRollup(current, isLeftOut);
      if (due === undefined) return;
      running = run(due).finally(() => {
        running = undefined;
      });
    },
    isRunning: () => running !== undefined,
    async settled() {
      await running;
    },
    async end() {
      hasEnded = true;
      if (running === undefined) return;
      await maintenance.endMerge?.();
      await running;
    },
    lastSeconds: () => lastSeconds,
  };
}

async function outcomeOf(maintenance: Maintenance, job: MergeJob): Promise<Outcome> {
  try {
    return { kind: 'done', result: await maintenance.merge(job) };
  } catch (error) {
    return { kind: 'failed', error };
  }
}

function writtenIn({ segment, rollup }: MergeResult): readonly SegmentEntry[] {
  return [segment, rollup].filter((entry) => entry !== undefined);
}
