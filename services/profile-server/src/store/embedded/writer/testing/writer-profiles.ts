import { type LabelSet, labelSetFromRecord } from '@emberscope/labels';
import { type Profile, profileFromText } from '@emberscope/profile';
import { unixNanos } from '@emberscope/units';
import { type PushId, pushId, tenantId } from '../../../ids.ts';
import type { PushOutcome, PushSeries } from '../../../push.ts';
import type { TestWriter } from './open-writer.ts';

export const TENANT = tenantId('anonymous');
/** The simulated clock's: 2026-11-24T00:00:00Z. */
export const START_MILLIS = 1_795_478_400_000;
export const HOUR = 3_600_000;
export const DAY = 24 * HOUR;

export function labelsOf(service: string, pod = ''): LabelSet {
  return labelSetFromRecord({ __name__: 'process_cpu', service_name: service, pod });
}

/** `main;serve 3` with a value of one type. */
export function drawn(text: string, timeMillis = 0): Profile {
  return profileFromText(text, {
    sampleTypes: [{ type: 'cpu', unit: 'nanoseconds' }],
    timeNanos: unixNanos(BigInt(timeMillis) * 1_000_000n),
  });
}

export function testPushId(number: number): PushId {
  const made = pushId(`emb1-${number.toString(16).padStart(32, '0')}`);
  if (made === undefined) throw new Error(`${number} makes no id`);
  return made;
}

export function one(profile: Profile, service = 'a', id?: PushId): readonly PushSeries[] {
  const pushed = id === undefined ? { profile } : { profile, pushId: id };
  return [{ labels: labelsOf(service), profiles: [pushed] }];
}

/** Pushes one profile and lets the commit happen. */
export async function push(
  { writer, run }: TestWriter,
  profile: Profile,
  service = 'a',
  id?: PushId,
): Promise<PushOutcome> {
  const outcomes = await run(writer.push(TENANT, one(profile, service, id)));
  const outcome = outcomes[0]?.[0];
  if (outcome === undefined) throw new Error('no outcome');
  return outcome;
}

export function storedId(outcome: PushOutcome): string {
  if (outcome.kind !== 'stored') throw new Error(JSON.stringify(outcome));
  return outcome.profileId.replaceAll('-', '');
}
