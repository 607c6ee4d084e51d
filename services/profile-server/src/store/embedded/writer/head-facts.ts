import { floorDivide, NANOS_PER_MILLI } from '@emberscope/units';
import { dayOfMillis } from './epoch-key.ts';

/** What is known of profiles in the log without reading them. */
export type HeadFacts = {
  profileCount: number;
  /** UTC days of profiles. */
  readonly days: Set<number>;
  /** Of profiles, in ms since the epoch, rounded outwards. */
  oldestMillis: number;
  newestMillis: number;
  /** Of profiles; infinite when there is none. */
  firstArrival: number;
  /** When the first of them came, by the wall clock; infinite when there is none. */
  begunMillis: number;
};

export function createHeadFacts(): HeadFacts {
  return {
    profileCount: 0,
    days: new Set(),
    oldestMillis: Number.POSITIVE_INFINITY,
    newestMillis: Number.NEGATIVE_INFINITY,
    firstArrival: Number.POSITIVE_INFINITY,
    begunMillis: Number.POSITIVE_INFINITY,
  };
}

export function addProfile(
  facts: HeadFacts,
  timeNanos: bigint,
  arrival: number,
  nowMillis: number,
): void {
  const millis = floorDivide(timeNanos, NANOS_PER_MILLI);
  const oldest = Number(millis);
  const newest = millis * NANOS_PER_MILLI === timeNanos ? oldest : oldest + 1;
  facts.profileCount++;
  facts.days.add(dayOfMillis(oldest));
  facts.oldestMillis = Math.min(facts.oldestMillis, oldest);
  facts.newestMillis = Math.max(facts.newestMillis, newest);
  facts.firstArrival = Math.min(facts.firstArrival, arrival);
  facts.begunMillis = Math.min(facts.begunMillis, nowMillis);
}

export function addFacts(to: HeadFacts, more: HeadFacts): void {
  to.profileCount += more.profileCount;
  for (const day of more.days) to.days.add(day);
  to.oldestMillis = Math.min(to.oldestMillis, more.oldestMillis);
  to.newestMillis = Math.max(to.newestMillis, more.newestMillis);
  to.firstArrival = Math.min(to.firstArrival, more.firstArrival);
  to.begunMillis = Math.min(to.begunMillis, more.begunMillis);
}
