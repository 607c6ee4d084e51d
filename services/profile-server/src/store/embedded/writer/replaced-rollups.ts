import type { Manifest, SegmentEntry } from '../manifest/manifest.ts';

/**
 * The roll-ups whose sums the merge of some segments of a day has in its own. One that is older than
 * all of these is of profiles that have gone; one of a merged segment that is not among them, since it
 * cannot be read just now, is of what is in that one: of neither anything else is left.
 */
export function rollupsReplacedBy(
  inputs: readonly SegmentEntry[],
  { segments, rollups }: Pick<Manifest, 'segments' | 'rollups'>,
): readonly SegmentEntry[] {
  const merged = new Set(inputs.map(({ file }) => file));
  const left = segments.filter(({ file }) => !merged.has(file));
  const firstArrival = Math.min(...inputs.map((input) => input.firstArrival));
  return rollups.filter(
    (rollup) =>
      inputs.some(({ day }) => day === rollup.day) &&
      rollup.firstArrival >= firstArrival &&
      !left.some(({ file }) => isRollupOf(rollup.file, file)),
  );
}

/** A merge gives both of its files one number: `rollup/2026-11-22-000018.seg` and `2026-11-22/000018.seg`. */
function isRollupOf(rollup: string, segment: string): boolean {
  return rollup === `rollup/${segment.replace('/', '-')}`;
}
