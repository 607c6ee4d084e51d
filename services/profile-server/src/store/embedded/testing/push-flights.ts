import type { LabelSet } from '@emberscope/labels';
import { unixNanos } from '@emberscope/units';
import type { ProfileId, PushId, TenantId } from '../../ids.ts';
import type { PushOutcomes, PushProfile } from '../../push.ts';
import { type StoredProfile, storedProfilesOf } from '../../testing/stored-profile.ts';
import type { DrawnPush } from './drawn-pushes.ts';

/** A push that was begun. Its number says which came first. */
export type Flight = {
  readonly number: number;
  readonly push: DrawnPush;
  readonly begunMillis: number;
  /** On a clock that never goes back: all that the wall clock ever went forward. */
  readonly begunPassedMillis: number;
};

/** One profile of a push; `place` counts them through all series. */
export type FlightProfile = {
  readonly flight: Flight;
  readonly place: number;
  readonly labels: LabelSet;
  readonly pushed: PushProfile;
};

/** A profile without a time gets the store's: that of the push, unless it is known. */
export function timed(
  flight: Flight,
  { profile }: PushProfile,
  ownNanos = nanosOf(flight.begunMillis),
): PushProfile['profile'] {
  return profile.timeNanos === 0n ? { ...profile, timeNanos: unixNanos(ownNanos) } : profile;
}

export function nanosOf(millis: number): bigint {
  return BigInt(Math.trunc(millis)) * 1_000_000n;
}

export function isSamePush(
  { flight, pushed }: FlightProfile,
  tenant: TenantId,
  pushId: PushId,
): boolean {
  return flight.push.tenant === tenant && pushed.pushId === pushId;
}

/** What a store keeps of it under an id; `ownNanos` is the store's time for one that has none. */
export function rowsOf(
  { flight, labels, pushed }: FlightProfile,
  id: ProfileId,
  ownNanos?: bigint,
): readonly StoredProfile[] {
  return storedProfilesOf(flight.push.tenant, id, labels, timed(flight, pushed, ownNanos));
}

export function profilesOf(flight: Flight): readonly FlightProfile[] {
  let place = 0;
  return flight.push.series.flatMap(({ labels, profiles }) =>
    profiles.map((pushed) => ({ flight, place: place++, labels, pushed })),
  );
}

/** What was answered to each of `profilesOf`. Throws where that is not one answer each. */
export function outcomesOf({ push }: Flight, outcomes: PushOutcomes): PushOutcomes[0] {
  const wanted = push.series.map(({ profiles }) => profiles.length).join();
  const given = outcomes.map((ofSeries) => ofSeries.length).join();
  if (wanted !== given) throw new Error(`outcomes in the shape ${given} for a push of ${wanted}`);
  return outcomes.flat();
}
