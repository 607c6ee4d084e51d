import type { LabelSet } from '@emberscope/labels';
import { unixNanos } from '@emberscope/units';
import type { ProfileId, PushId, TenantId } from '../../ids.ts';
import type { PushOutcome, PushOutcomes, PushProfile } from '../../push.ts';
import type { Selection } from '../../selection.ts';
import { isSelected, type StoredProfile, storedProfilesOf } from '../../testing/stored-profile.ts';
import type { DrawnPush } from './drawn-pushes.ts';
import { createSentPushIds } from './sent-push-ids.ts';
import { contentOf, type FoundProfile, keyOf } from './take-stock.ts';

/** A push that was begun. Its number says which came first. */
export type Flight = {
  readonly number: number;
  readonly push: DrawnPush;
  readonly begunMillis: number;
  /** On a clock that never goes back: see `passedMillis`. */
  readonly begunPassedMillis: number;
};

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
  /** Whether the store must be looked at, since it has given a profile a time that is not known. */
  hasOpenTimes(): boolean;
  /** How many profiles were acknowledged in all. */
  ackedCount(): number;
};

type Kept = {
  readonly flight: number;
  readonly place: number;
  readonly row: StoredProfile;
  /** It came without a time and time went on meanwhile: the store's may be any up to this one. */
  readonly latestNanos: bigint | undefined;
};

/** A profile of a push whose answer nobody heard. */
type Lost = {
  readonly flight: Flight;
  readonly place: number;
  readonly labels: LabelSet;
  readonly pushed: PushProfile;
};

type Answer = {
  readonly flight: Flight;
  readonly place: number;
  readonly labels: LabelSet;
  readonly pushed: PushProfile;
  readonly outcome: PushOutcome;
  readonly mayRefuse: boolean;
};

export function createKeptProfiles(options: KeptProfilesOptions): KeptProfiles {
  const { nowMillis, retentionNanos } = options;
  let kept: Kept[] = [];
  let lost: Lost[] = [];
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

  const isVisible = ({ row }: Kept): boolean => row.timeNanos >= floorAt(now());

  function rowsOf(
    { flight, labels, pushed }: Pick<Lost, 'flight' | 'labels' | 'pushed'>,
    id: ProfileId,
    ownNanos?: bigint,
  ) {
    return storedProfilesOf(flight.push.tenant, id, labels, timed(flight, pushed, ownNanos));
  }

  function add(
    of: Pick<Lost, 'flight' | 'place' | 'labels' | 'pushed'>,
    id: ProfileId,
    ownNanos?: bigint,
  ): void {
    if (knownIds.has(id)) throw new Error(`the id ${id} was given out twice`);
    knownIds.add(id);
    const isTimeless = of.pushed.profile.timeNanos === 0n && ownNanos === undefined;
    const isOpen = isTimeless && now() !== of.flight.begunMillis;
    const latestNanos = isOpen ? nanosOf(now()) : undefined;
    for (const row of rowsOf(of, id, ownNanos)) {
      kept.push({ flight: of.flight.number, place: of.place, row, latestNanos });
    }
    kept.sort((a, b) => a.flight - b.flight || a.place - b.place);
    const { pushId } = of.pushed;
    if (pushId === undefined) return;
    const { timeNanos } = timed(of.flight, of.pushed, ownNanos);
    sent.add(of.flight.push.tenant, pushId, of.flight.begunPassedMillis, timeNanos);
  }

  function checkRefusal(answer: Answer): void {
    const { outcome, flight, pushed } = answer;
    if (outcome.kind !== 'refused') return;
    const { refusal } = outcome;
    switch (refusal.kind) {
      case 'store':
        if (!answer.mayRefuse || refusal.error.kind !== 'unavailable') {
          throw new Error(`a push was refused on a good disk: ${refusal.error.reason}`);
        }
        return;
      case 'older-than-retention':
        if (timed(flight, pushed).timeNanos >= floorAt(latestMillis)) {
          throw new Error(`refused as too old, and it is not: ${refusal.reason}`);
        }
        return;
      case 'too-many-series':
      case 'too-large':
        throw new Error(`refused, and the limit is far: ${refusal.reason}`);
      default:
        refusal satisfies never;
    }
  }

  function checkStored(answer: Answer): void {
    const { flight, pushed } = answer;
    const { timeNanos } = timed(flight, pushed);
    const leastMillis = Math.min(now(), flight.begunMillis);
    if (timeNanos < floorAt(leastMillis)) {
      throw new Error(`stored a profile of ${timeNanos} ns, which is older than the retention`);
    }
    if (rowsOf(answer, EXAMPLE_ID).length === 0) throw new Error('stored a profile without values');
  }

  /** Those that were stored first: a duplicate of the same moment refers to one of them. */
  function settle(): void {
    const inOrder = [...answers].sort(
      (a, b) => a.flight.number - b.flight.number || a.place - b.place,
    );
    answers = [];
    for (const answer of inOrder) {
      if (answer.outcome.kind !== 'stored') continue;
      checkStored(answer);
      const { tenant } = answer.flight.push;
      const { pushId } = answer.pushed;
      if (pushId !== undefined && mustBeKnown(tenant, pushId)) {
        throw new Error(`${pushId} was stored a second time`);
      }
      add(answer, answer.outcome.profileId);
      acked++;
    }
    for (const answer of inOrder) {
      checkRefusal(answer);
      const { tenant } = answer.flight.push;
      const { pushId } = answer.pushed;
      switch (answer.outcome.kind) {
        case 'empty':
          if (rowsOf(answer, EXAMPLE_ID).length > 0) throw new Error('a profile passed for empty');
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
      if (seen.length < concerned.length) isOpenWhatIsHidden = true;
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
    checkShape(flight, outcomes);
    eachProfile(flight, (labels, pushed, place, i, k) => {
      const outcome = outcomes[i]?.[k];
      if (outcome === undefined) throw new Error('an outcome is missing');
      take({ flight, place, labels, pushed, outcome });
    });
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
        eachProfile(flight, (labels, pushed, place) => {
          lost.push({ flight, place, labels, pushed });
        });
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
      kept = kept.filter(({ row }) => {
        const mayBeGone = row.timeNanos < floorAt(latestMillis);
        return !mayBeGone || keys.has(keyOf(row)) || row.timeNanos < floorAt(now());
      });
    },
    mayJumpBack: () => retentionNanos === undefined || !isOpenWhatIsHidden,
    visible: () => kept.filter(isVisible).map(({ row }) => row),
    hasOpenTimes: () => kept.some(({ latestNanos }) => latestNanos !== undefined),
    ackedCount: () => acked,
  };
}

const EXAMPLE_ID = '00000000-0000-4000-8000-000000000000' as ProfileId;

/** A profile without a time gets the store's: that of the push, unless it is known. */
function timed(
  flight: Flight,
  { profile }: PushProfile,
  ownNanos = nanosOf(flight.begunMillis),
): PushProfile['profile'] {
  return profile.timeNanos === 0n ? { ...profile, timeNanos: unixNanos(ownNanos) } : profile;
}

function nanosOf(millis: number): bigint {
  return BigInt(Math.trunc(millis)) * 1_000_000n;
}

function isSamePush({ flight, pushed }: Lost, tenant: TenantId, pushId: PushId): boolean {
  return flight.push.tenant === tenant && pushed.pushId === pushId;
}

function eachProfile(
  { push }: Flight,
  visit: (labels: LabelSet, pushed: PushProfile, place: number, i: number, k: number) => void,
): void {
  let place = 0;
  for (const [i, { labels, profiles }] of push.series.entries()) {
    for (const [k, pushed] of profiles.entries()) visit(labels, pushed, place++, i, k);
  }
}

function checkShape({ push }: Flight, outcomes: PushOutcomes): void {
  const wanted = push.series.map(({ profiles }) => profiles.length).join();
  const given = outcomes.map((ofSeries) => ofSeries.length).join();
  if (wanted !== given) throw new Error(`outcomes in the shape ${given} for a push of ${wanted}`);
}
