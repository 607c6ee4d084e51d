import { LABEL, labelValue } from '@emberscope/labels';
import { int64At } from '@emberscope/profile';
import type { TenantId } from '../../ids.ts';
import type { KeptProfile } from './kept-profiles.ts';

/*
 * What roll-ups must say. A merge takes all profiles that a day has by then, so that a roll-up is of
 * those up to one that was the last to come, whatever their tenant, series and hour. What came later
 * is in the roll-up of a later merge; where the day had gone meanwhile, that is a second one, and what
 * came between is in none.
 *
 *     of one day, in the order in which they came
 *     [ p p p p p ] p p [ p p p ] p
 *       1st merge   ╰─╴day gone    ╰╴in no segment yet
 *
 * Where a segment could not be read time and again, a merge has gone on without it. From then on what is
 * missing may be just that, but nothing is there twice, and in the end nothing is missing.
 */

/** A sum that roll-ups have, of one series of a tenant in one hour. */
export type RolledHour = {
  readonly tenant: TenantId;
  readonly type: string;
  readonly service: string;
  readonly pod: string;
  readonly hourMillis: number;
  readonly total: bigint;
};

export type RolledUp = {
  /**
   * Finds out what profiles are in roll-ups that have these sums, and answers those. Throws when no
   * merge of `ever` can have made them out of what was rolled up when this was last called. Undefined
   * where nobody can tell: behind a {@link noteGap}, but not when all must be `whole` again.
   */
  take(
    found: readonly RolledHour[],
    ever: readonly KeptProfile[],
    mayHaveExpired: (dayMillis: number) => boolean,
    whole: boolean,
  ): readonly KeptProfile[] | undefined;
  /** A merge goes on without a segment. */
  noteGap(): void;
  /** Whether a profile was in one at that time. */
  holds(profile: KeptProfile): boolean;
};

const HOUR_MILLIS = 3_600_000;
const DAY_MILLIS = 24 * HOUR_MILLIS;

/** Profiles that came from `from` on and before `to`. */
type Window = { readonly from: number; readonly to: number };

export function createRolledUp(): RolledUp {
  const windowsOfDay = new Map<number, readonly Window[]>();
  let mayHaveGaps = false;

  return {
    noteGap() {
      mayHaveGaps = true;
    },
    take(found, ever, mayHaveExpired, whole) {
      let isKnown = true;
      const inRollups: KeptProfile[] = [];
      const hours = [...found, ...ever.map(hourOfProfile)];
      for (const day of new Set(hours.map(dayOf))) {
        const profiles = ever.filter((profile) => dayOfProfile(profile) === day);
        const foundOfDay = found.filter((hour) => dayOf(hour) === day);
        const there = textOf(foundOfDay);
        const isExpired = mayHaveExpired(day * DAY_MILLIS);
        const before = windowsOfDay.get(day) ?? [];
        const rolled = (windows: readonly Window[]) => profiles.filter(isInOneOf(windows));
        const now = [...laterWindows(before, profiles, isExpired)].find(
          (windows) => textOf(rolled(windows).map(hourOfProfile)) === there,
        );
        if (now === undefined && mayHaveGaps && (isExpired || !whole)) {
          isKnown = false;
          checkNoneTwice(foundOfDay, profiles.map(hourOfProfile));
          continue;
        }
        if (now === undefined) {
          const [owed, all] = [rolled(before), profiles].map((of) => textOf(of.map(hourOfProfile)));
          throw new Error(
            `roll-ups of day ${day} say\n${there}\nwhere they said\n${owed}\nand profiles are\n${all}`,
          );
        }
        windowsOfDay.set(day, now);
        inRollups.push(...rolled(now));
      }
      return isKnown ? inRollups : undefined;
    },
    holds: (profile) => isInOneOf(windowsOfDay.get(dayOfProfile(profile)) ?? [])(profile),
  };
}

/** Sums can be without a profile, but not have more than all of them. */
function checkNoneTwice(found: readonly RolledHour[], all: readonly RolledHour[]): void {
  const sums = sumsOf(all);
  for (const [key, { total }] of sumsOf(found)) {
    const most = sums.get(key)?.total ?? 0n;
    if (total > most) throw new Error(`a roll-up has ${total} where profiles are ${most}\n${key}`);
  }
}

/** What may have been rolled up since: nothing, all that came, some of it, or all behind a gap. */
function* laterWindows(
  before: readonly Window[],
  profiles: readonly KeptProfile[],
  mayHaveGap: boolean,
): Generator<readonly Window[]> {
  yield before;
  const last = before.at(-1);
  const from = last?.to ?? 0;
  const later = profiles.map(arrivalOf).filter((arrival) => arrival >= from);
  const ends = later.map((arrival) => arrival + 1).reverse();
  for (const to of ends) yield [...before.slice(0, -1), { from: last?.from ?? 0, to }];
  if (!mayHaveGap) return;
  for (const start of later) {
    for (const to of ends) if (to > start) yield [...before, { from: start, to }];
  }
}

/** More than any push has profiles. */
const PLACES = 1000;

function arrivalOf({ flight, place }: KeptProfile): number {
  return flight * PLACES + place;
}

function isInOneOf(windows: readonly Window[]): (profile: KeptProfile) => boolean {
  return (profile) => {
    const arrival = arrivalOf(profile);
    return windows.some(({ from, to }) => arrival >= from && arrival < to);
  };
}

function hourOfProfile({ row: { tenant, labels, timeNanos, profile } }: KeptProfile): RolledHour {
  const values = profile.samples.values[0] ?? new Float64Array(0);
  let total = 0n;
  for (let sample = 0; sample < profile.samples.length; sample++) total += int64At(values, sample);
  return {
    tenant,
    type: labelValue(labels, LABEL.profileType),
    service: labelValue(labels, LABEL.serviceName),
    pod: labelValue(labels, 'pod'),
    hourMillis: Math.floor(Number(timeNanos / 1_000_000n) / HOUR_MILLIS) * HOUR_MILLIS,
    total,
  };
}

/** Sums of the same series and hour as one, in an order of their own. */
function textOf(hours: readonly RolledHour[]): string {
  return [...sumsOf(hours).values()].map(textOfHour).sort().join('\n');
}

function sumsOf(hours: readonly RolledHour[]): ReadonlyMap<string, RolledHour> {
  const sums = new Map<string, RolledHour>();
  for (const hour of hours) {
    const key = textOfHour({ ...hour, total: 0n });
    sums.set(key, { ...hour, total: hour.total + (sums.get(key)?.total ?? 0n) });
  }
  return sums;
}

export function textOfHour(hour: RolledHour): string {
  const { hourMillis, tenant, type, service, pod, total } = hour;
  return `  hour ${hourMillis / HOUR_MILLIS}: ${tenant} ${type} ${service} ${pod} = ${total}`;
}

function dayOf({ hourMillis }: RolledHour): number {
  return Math.floor(hourMillis / DAY_MILLIS);
}

/** The UTC day of its time. */
export function dayOfProfile(profile: KeptProfile): number {
  return dayOf(hourOfProfile(profile));
}
