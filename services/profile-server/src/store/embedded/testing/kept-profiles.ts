import type { ProfileId, PushId, TenantId } from '../../ids.ts';
import type { PushOutcomes } from '../../push.ts';
import type { Selection } from '../../selection.ts';
import { isSelected, type StoredProfile } from '../../testing/stored-profile.ts';
import { type Answer, checkRefusal, checkStored, isWithoutValues } from './checked-answers.ts';
import type { DrawnPush } from './drawn-pushes.ts';
import {
  type Flight,
  type FlightProfile,
  isSamePush,
  nanosOf,
  outcomesOf,
  profilesOf,
  rowsOf,
  timed,
} from './push-flights.ts';
import { createSentPushIds } from './sent-push-ids.ts';
import { contentOf, type FoundProfile, keyOf } from './take-stock.ts';

/** A deletion that was begun. */
export type AskedDeletion = { readonly selection: Selection; readonly beforeFlight: number };

export type KeptProfilesOptions = {
  readonly nowMillis: () => number;
  /** Older profiles are refused and not seen; for ever when left out. */
  readonly retentionNanos: bigint | undefined;
};

/**
 * What a store must hold, kept in a plain list. Whoever drives a store tells what was asked and what
 * was answered, and gets an `Error` where an answer cannot be true:
 *
 * - what was acknowledged is there, once, whole, until it is deleted or older than the retention;
 * - what was refused is not;
 * - a push that nobody answered, because the machine went down, is there or is not: which of the two
 *   it is, `takeStock` learns from the store, and from then on it holds.
 */
export type KeptProfiles = {
  begin(push: DrawnPush): Flight;
  /** `mayRefuse`: something is wrong with the disk, so a store may say that it is unavailable. */
  answered(flight: Flight, outcomes: PushOutcomes, mayRefuse: boolean): void;
  /** The machine went down before the answer. `outcomes` when it came from a dying process. */
  lost(flight: Flight, outcomes: PushOutcomes | undefined): void;
  /** To be called when all pushes that ran at the same time have been answered or lost. */
  settle(): void;
  beginDeletion(selection: Selection): AskedDeletion;
  deleted(deletion: AskedDeletion): void;
  /** It was refused, or nobody heard of it: it holds as a whole or not at all. */
  deletionLost(deletion: AskedDeletion): void;
  /** Compares all that a store shows with the list. `isReopened`: it was opened anew. */
  takeStock(found: readonly FoundProfile[], isReopened: boolean): void;
  /** To be called before the clock is set: what was forgotten by its latest time stays so. */
  noteTime(): void;
  /** The wall clock was set back: what it makes young again may be gone for good. */
  forgetWhatMayBeGone(found: readonly FoundProfile[]): void;
  /** Whether the clock may be set back: not while that would leave too much open. */
  mayJumpBack(): boolean;
  /** What queries see now, oldest push first. */
  visible(): readonly StoredProfile[];
  /**
   * All that were ever kept and not deleted, in the order in which they came; undefined when nobody
   * can tell: something happened to what is too old to be seen.
   */
  everKept(): readonly KeptProfile[] | undefined;
  /** Whether a day may ever have gone for its age; it is given by its first moment. */
  mayHaveExpired(dayMillis: number): boolean;
  /** Whether the store must be looked at, since it has given a profile a time that is not known. */
  hasOpenTimes(): boolean;
  /** How many profiles were acknowledged in all. */
  ackedCount(): number;
};

/** One type of a profile that was kept, and when it came: by its push, and its place in that. */
export type KeptProfile = {
  readonly flight: number;
  readonly place: number;
  readonly row: StoredProfile;
  /** Of a day that went with all its profiles, before the clock was set back. */
  readonly isGone: boolean;
};

type Kept = KeptProfile & {
  /** It came without a time and time went on meanwhile: the store's may be any up to this one. */
  readonly latestNanos: bigint | undefined;
};

const DAY_MILLIS = 86_400_000;

export function createKeptProfiles(options: KeptProfilesOptions): KeptProfiles {
  const { nowMillis, retentionNanos } = options;
  let kept: Kept[] = [];
  let lost: FlightProfile[] = [];
  let answers: Answer[] = [];
  let lostDeletions: (AskedDeletion & { isReopened: boolean })[] = [];
  const sent = createSentPushIds();
  const knownIds = new Set<ProfileId>();
  /** Duplicates that were acknowledged: what they repeat must be there. */
  const owed = new Set<string>();
  let flights = 0;
  let acked = 0;
  let latestMillis = 0;
  let lastMillis = 0;
  /** All that the wall clock ever went forward, also by jumps: what a store may count ages by. */
  let passedMillis = 0;
  let isOpenWhatIsHidden = false;
  let isOpenWhatIsGone = false;

  function now(): number {
    const millis = nowMillis();
    passedMillis += Math.max(0, millis - lastMillis);
    lastMillis = millis;
    latestMillis = Math.max(latestMillis, millis);
    return millis;
  }
  const floorAt = (millis: number): bigint =>
    retentionNanos === undefined ? -(1n << 63n) : nanosOf(millis) - retentionNanos;

  const mustBeKnown = (tenant: TenantId, pushId: PushId): boolean =>
    sent.mustBeKnown(tenant, pushId, passedMillis, floorAt(latestMillis));

  const isVisible = ({ row, isGone }: Kept): boolean => !isGone && row.timeNanos >= floorAt(now());

  function add(of: FlightProfile, id: ProfileId, ownNanos?: bigint): void {
    if (knownIds.has(id)) throw new Error(`the id ${id} was given out twice`);
    knownIds.add(id);
    const isTimeless = of.pushed.profile.timeNanos === 0n && ownNanos === undefined;
    const isOpen = isTimeless && now() !== of.flight.begunMillis;
    const latestNanos = isOpen ? nanosOf(now()) : undefined;
    for (const row of rowsOf(of, id, ownNanos)) {
      const { flight, place } = of;
      kept.push({ flight: flight.number, place, row, isGone: false, latestNanos });
    }
    kept.sort((a, b) => a.flight - b.flight || a.place - b.place);
    const { pushId } = of.pushed;
    if (pushId === undefined) return;
    const { timeNanos } = timed(of.flight, of.pushed, ownNanos);
    sent.add(of.flight.push.tenant, pushId, of.flight.begunPassedMillis, timeNanos);
  }

  /** Those that were stored first: a duplicate of the same moment refers to one of them. */
  function settle(): void {
    const inOrder = [...answers].sort(
      (a, b) => a.flight.number - b.flight.number || a.place - b.place,
    );
    answers = [];
    for (const answer of inOrder) {
      if (answer.outcome.kind !== 'stored') continue;
      checkStored(answer, floorAt(Math.min(now(), answer.flight.begunMillis)));
      const { tenant } = answer.flight.push;
      const { pushId } = answer.pushed;
      if (pushId !== undefined && mustBeKnown(tenant, pushId)) {
        throw new Error(`${pushId} was stored a second time`);
      }
      add(answer, answer.outcome.profileId);
      acked++;
    }
    for (const answer of inOrder) {
      checkRefusal(answer, floorAt(latestMillis));
      const { tenant } = answer.flight.push;
      const { pushId } = answer.pushed;
      switch (answer.outcome.kind) {
        case 'empty':
          if (!isWithoutValues(answer)) throw new Error('a profile passed for empty');
          break;
        case 'duplicate': {
          if (pushId === undefined) throw new Error('a duplicate without an id');
          if (sent.mayBeKnown(tenant, pushId)) break;
          if (!lost.some((each) => isSamePush(each, tenant, pushId))) {
            throw new Error(`${pushId} passed for a duplicate and is the first`);
          }
          owed.add(`${tenant} ${pushId}`);
          break;
        }
        default:
      }
    }
  }

  function applyDeletion({ selection, beforeFlight }: AskedDeletion): void {
    kept = kept.filter(({ row, flight }) => flight >= beforeFlight || !isSelected(row, selection));
  }

  /** What a deletion without an answer has done: all or nothing. */
  function resolveDeletions(found: ReadonlySet<string>, isReopened: boolean): void {
    for (const deletion of lostDeletions) {
      const concerned = kept.filter(
        ({ row, flight }) => flight < deletion.beforeFlight && isSelected(row, deletion.selection),
      );
      const seen = concerned.filter(isVisible);
      if (seen.length < concerned.length) isOpenWhatIsGone = true;
      if (seen.length < concerned.filter(({ isGone }) => !isGone).length) isOpenWhatIsHidden = true;
      const missing = seen.filter(({ row }) => !found.has(keyOf(row)));
      if (missing.length > 0 && missing.length < seen.length) {
        throw new Error(`a deletion took ${missing.length} of ${seen.length} profiles`);
      }
      if (seen.length > 0 && missing.length === seen.length) applyDeletion(deletion);
      deletion.isReopened ||= isReopened;
    }
    lostDeletions = lostDeletions.filter((deletion) => !deletion.isReopened);
  }

  /** Profiles that the store has and the list has not: they must be of pushes without an answer. */
  function takeLost(extra: readonly FoundProfile[]): void {
    const byId = new Map<ProfileId, FoundProfile[]>();
    for (const each of extra) {
      byId.set(each.profileId, [...(byId.get(each.profileId) ?? []), each]);
    }
    for (const [id, parts] of byId) {
      const contents = parts.map(({ content }) => content).sort();
      const ownNanos = parts[0]?.timeNanos;
      const match = lost.find((each) => {
        const expected = rowsOf(each, id, ownNanos).map(contentOf).sort();
        return expected.length > 0 && expected.join('\n') === contents.join('\n');
      });
      if (match === undefined) {
        throw new Error(
          `the store has a profile that was refused, deleted, or is there twice, or a part of one: ${id}\n${contents.join('\n')}`,
        );
      }
      lost = lost.filter((each) => each !== match);
      const { pushId } = match.pushed;
      const { tenant } = match.flight.push;
      if (pushId !== undefined && mustBeKnown(tenant, pushId)) {
        throw new Error(`${pushId} is there twice`);
      }
      add(match, id, ownNanos);
      if (pushId !== undefined) owed.delete(`${tenant} ${pushId}`);
    }
  }

  function learnTimes(found: readonly FoundProfile[]): void {
    if (!kept.some(({ latestNanos }) => latestNanos !== undefined)) return;
    const times = new Map(found.map(({ key, timeNanos }) => [key, timeNanos]));
    kept = kept.map((each) => {
      const timeNanos = times.get(keyOf(each.row));
      if (each.latestNanos === undefined || timeNanos === undefined) return each;
      if (timeNanos < each.row.timeNanos || timeNanos > each.latestNanos) {
        throw new Error(`a profile without a time got ${timeNanos} ns`);
      }
      const row = { ...each.row, timeNanos, profile: { ...each.row.profile, timeNanos } };
      return { ...each, row, latestNanos: undefined };
    });
  }

  function takeStock(found: readonly FoundProfile[], isReopened: boolean): void {
    now();
    const keys = new Set<string>();
    for (const { key } of found) {
      if (keys.has(key)) throw new Error(`the store has it twice: ${key}`);
      keys.add(key);
    }
    learnTimes(found);
    resolveDeletions(keys, isReopened);
    const expected = new Map(
      kept.filter(isVisible).map(({ row }) => [keyOf(row), contentOf(row)] as const),
    );
    takeLost(found.filter(({ key }) => !expected.has(key)));
    const contents = new Map(found.map(({ key, content }) => [key, content]));
    for (const [key, content] of expected) {
      const there = contents.get(key);
      if (there === undefined) throw new Error(`acknowledged and not there: ${content} (${key})`);
      if (there !== content) throw new Error(`stored\n${content}\nand found\n${there}`);
    }
    // What would be visible if it were there is not; what is too old to be seen stays open.
    lost = lost.filter((each) => timed(each.flight, each.pushed).timeNanos < floorAt(now()));
    if (lost.length > 0) isOpenWhatIsHidden = true;
    if (owed.size > 0 && lost.length === 0) {
      throw new Error(`acknowledged as a duplicate of what is not there: ${[...owed].join(', ')}`);
    }
    owed.clear();
  }

  function note(
    flight: Flight,
    outcomes: PushOutcomes,
    take: (answer: Omit<Answer, 'mayRefuse'>) => void,
  ): void {
    const given = outcomesOf(flight, outcomes);
    for (const [i, profile] of profilesOf(flight).entries()) {
      const outcome = given[i];
      if (outcome === undefined) throw new Error('an outcome is missing');
      take({ ...profile, outcome });
    }
  }

  return {
    begin(push) {
      const begunMillis = now();
      return { number: flights++, push, begunMillis, begunPassedMillis: passedMillis };
    },
    answered(flight, outcomes, mayRefuse) {
      note(flight, outcomes, (answer) => void answers.push({ ...answer, mayRefuse }));
    },
    lost(flight, outcomes) {
      if (outcomes === undefined) {
        lost.push(...profilesOf(flight));
        return;
      }
      note(flight, outcomes, (answer) => {
        const { kind } = answer.outcome;
        if (kind === 'refused') lost.push(answer);
        else answers.push({ ...answer, mayRefuse: true });
      });
    },
    settle() {
      now();
      settle();
    },
    beginDeletion: (selection) => ({ selection, beforeFlight: flights }),
    deleted: applyDeletion,
    deletionLost(deletion) {
      lostDeletions.push({ ...deletion, isReopened: false });
    },
    takeStock,
    noteTime: () => void now(),
    forgetWhatMayBeGone(found) {
      const keys = new Set(found.map(({ key }) => key));
      kept = kept.map((each) => {
        const { row } = each;
        const mayBeGone = isVisible(each) && row.timeNanos < floorAt(latestMillis);
        return mayBeGone && !keys.has(keyOf(row)) ? { ...each, isGone: true } : each;
      });
    },
    mayJumpBack: () => retentionNanos === undefined || !isOpenWhatIsHidden,
    visible: () => kept.filter(isVisible).map(({ row }) => row),
    everKept() {
      const isOpen = isOpenWhatIsHidden || isOpenWhatIsGone || lost.length > 0;
      return isOpen || kept.some(({ latestNanos }) => latestNanos !== undefined) ? undefined : kept;
    },
    mayHaveExpired: (dayMillis) => nanosOf(dayMillis + DAY_MILLIS) <= floorAt(latestMillis),
    hasOpenTimes: () => kept.some(({ latestNanos }) => latestNanos !== undefined),
    ackedCount: () => acked,
  };
}
