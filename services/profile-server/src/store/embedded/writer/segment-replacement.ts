import type { HeadLog } from '../log/head-log.ts';
import type { Manifest, SegmentEntry } from '../manifest/manifest.ts';
import type { DroppedFiles } from './dropped-files.ts';
import type { HeadFacts } from './head-facts.ts';
import { livingDeletions } from './maintenance-plan.ts';
import type { ManifestStore } from './manifest-store.ts';

export type SegmentReplacementOptions = {
  readonly dataDir: string;
  readonly log: HeadLog;
  readonly manifest: ManifestStore;
  readonly dropped: DroppedFiles;
  readonly factsOf: (generation: number) => HeadFacts;
};

/** How segments leave the manifest, and with them the deletions that nothing is left of. */
export type SegmentReplacement = {
  /** Takes segments and roll-ups out, with what else changes, and their files once nobody reads them. */
  replace(gone: readonly SegmentEntry[], more?: (manifest: Manifest) => Manifest): Promise<void>;
  /** Files that no manifest has named. */
  discard(written: readonly SegmentEntry[]): void;
  /** The manifest without deletions that can hide nothing; `without` is a generation that goes. */
  withLivingDeletions(manifest: Manifest, without?: number): Manifest;
};

export function createSegmentReplacement({
  dataDir,
  log,
  manifest,
  dropped,
  factsOf,
}: SegmentReplacementOptions): SegmentReplacement {
  function firstArrivals(without?: number): readonly number[] {
    const open = log.open();
    const all = open === undefined ? log.waiting() : [...log.waiting(), open];
    return all
      .filter(({ generation }) => generation !== without)
      .map(({ generation }) => factsOf(generation).firstArrival);
  }

  function withLivingDeletions(of: Manifest, without?: number): Manifest {
    return { ...of, deletions: livingDeletions(of, firstArrivals(without)) };
  }

  function discard(written: readonly SegmentEntry[]): void {
    dropped.add(new Set(written.map(({ file }) => `${dataDir}/${file}`)));
  }

  return {
    async replace(gone, more = (current) => current) {
      const files = new Set(gone.map(({ file }) => file));
      await manifest.commit((current) =>
        withLivingDeletions(
          more({
            ...current,
            segments: current.segments.filter(({ file }) => !files.has(file)),
            rollups: current.rollups.filter(({ file }) => !files.has(file)),
          }),
        ),
      );
      discard(gone);
    },
    discard,
    withLivingDeletions,
  };
}
