import { type LabelSet, labelSetFromRecord } from '@emberscope/labels';
import { type Profile, profileFromText } from '@emberscope/profile';
import { unixNanos } from '@emberscope/units';
import { tenantId } from '../../ids.ts';
import type { ProfileStore } from '../../profile-store.ts';
import type { PushOutcome } from '../../push.ts';
import { NOW } from './suite-stores.ts';

export const TENANT = tenantId('anonymous');
export const OTHER_TENANT = tenantId('team-b');

export const CPU = 'process_cpu:cpu:nanoseconds:cpu:nanoseconds';
export const SAMPLES = 'process_cpu:samples:count:cpu:nanoseconds';
export const MEMORY = 'memory:inuse_space:bytes:inuse_space:bytes';

/** `main 3 30` is 3 samples and 30 ns of CPU; a value alone stands for both. */
export function cpu(drawn: string, timeNanos: bigint = NOW): Profile {
  const twoValues = drawn
    .split('\n')
    .map((line) => line.replace(/(?<! \d+)( \d+)( \{.*\})?$/, '$1$1$2'))
    .join('\n');
  return profileFromText(twoValues, {
    sampleTypes: [
      { type: 'samples', unit: 'count' },
      { type: 'cpu', unit: 'nanoseconds' },
    ],
    periodType: { type: 'cpu', unit: 'nanoseconds' },
    period: 10_000_000n,
    timeNanos: unixNanos(timeNanos),
  });
}

export function memory(drawn: string, timeNanos: bigint = NOW): Profile {
  return profileFromText(drawn, {
    sampleTypes: [{ type: 'inuse_space', unit: 'bytes' }],
    periodType: { type: 'inuse_space', unit: 'bytes' },
    period: 524_288n,
    timeNanos: unixNanos(timeNanos),
  });
}

export function labelsOf(service: string, others: Readonly<Record<string, string>> = {}): LabelSet {
  return labelSetFromRecord({ __name__: 'process_cpu', service_name: service, ...others });
}

export async function pushAll(
  store: ProfileStore,
  profiles: readonly Profile[],
  labels = labelsOf('a'),
): Promise<readonly PushOutcome[]> {
  const series = [{ labels, profiles: profiles.map((profile) => ({ profile })) }];
  return (await store.push(TENANT, series))[0] ?? [];
}
