import { deserialize, serialize } from 'node:v8';
import type { PushedProfile } from '../ingest/pushed-profile.ts';
import type { Refusal } from '../ingest/refusal.ts';
import type { PushSeries } from '../store/push.ts';

/**
 * A profile on its way from the thread that read it to the one that stores it. Its series are one
 * run of bytes, which changes hands: as objects they would be read and written again on the main
 * thread between the two, and a profile of 4 MiB can be 700,000 strings or 16,000 series.
 */
export type PackedProfile = {
  /** The profile inflated and the labels: what a tenant's rate is counted in. */
  readonly sizeBytes: number;
  readonly outcome:
    | {
        readonly kind: 'ready';
        readonly seriesCount: number;
        readonly series: Uint8Array<ArrayBuffer>;
      }
    | { readonly kind: 'refused'; readonly refusal: Refusal };
};

/** Tables that series share are written once, and shared again after {@link unpackSeries}. */
export function packProfile({ sizeBytes, outcome }: PushedProfile): PackedProfile {
  if (outcome.kind === 'refused') return { sizeBytes, outcome };
  const written = serialize(outcome.series);
  // The serializer's buffer may be longer than what it wrote, and is its own in any case.
  const series = new Uint8Array(written.buffer as ArrayBuffer, written.byteOffset, written.length);
  return { sizeBytes, outcome: { kind: 'ready', seriesCount: outcome.series.length, series } };
}

/** The columns lie in the packed bytes: a store copies what it keeps. */
export function unpackSeries(packed: Uint8Array): readonly PushSeries[] {
  // The door: what `packProfile` wrote on another thread.
  return deserialize(packed) as readonly PushSeries[];
}

/** What changes hands with packed profiles. */
export function buffersOf(profiles: readonly PackedProfile[]): readonly ArrayBuffer[] {
  return profiles.flatMap(({ outcome }) =>
    outcome.kind === 'ready' ? [outcome.series.buffer] : [],
  );
}
