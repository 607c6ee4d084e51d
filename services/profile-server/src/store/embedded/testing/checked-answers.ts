import type { ProfileId } from '../../ids.ts';
import type { PushOutcome } from '../../push.ts';
import { type FlightProfile, rowsOf, timed } from './push-flights.ts';

/** What was answered to one profile. `mayRefuse`: something is wrong with the disk. */
export type Answer = FlightProfile & {
  readonly outcome: PushOutcome;
  readonly mayRefuse: boolean;
};

/** Throws where a store may not refuse a profile as it did; `floorNanos` is what is too old. */
export function checkRefusal(answer: Answer, floorNanos: bigint): void {
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
      if (timed(flight, pushed).timeNanos >= floorNanos) {
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

/** Throws where a store may not have taken a profile that it says it has. */
export function checkStored(answer: FlightProfile, floorNanos: bigint): void {
  const { timeNanos } = timed(answer.flight, answer.pushed);
  if (timeNanos < floorNanos) {
    throw new Error(`stored a profile of ${timeNanos} ns, which is older than the retention`);
  }
  if (isWithoutValues(answer)) throw new Error('stored a profile without values');
}

/** Whether a store keeps nothing of it. */
export function isWithoutValues(profile: FlightProfile): boolean {
  return rowsOf(profile, EXAMPLE_ID).length === 0;
}

const EXAMPLE_ID = '00000000-0000-4000-8000-000000000000' as ProfileId;
