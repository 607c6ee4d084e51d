import { LABEL, labelValue } from '@emberscope/labels';
import { type ProfileType, profileTypeId } from '@emberscope/profile';
import type { UnixNanos } from '@emberscope/units';
import type { ProfileId, TenantId } from '../../ids.ts';
import type { ProfileReader } from '../../profile-store.ts';
import { samplesByText } from '../../testing/plain-answers.ts';
import type { StoredProfile } from '../../testing/stored-profile.ts';
import { PROFILE_TYPES, TENANTS } from './drawn-pushes.ts';
import { allSingles } from './drawn-questions.ts';

/** One type of one profile, as a store shows it. */
export type FoundProfile = {
  readonly profileId: ProfileId;
  /** Tenant, type and id. */
  readonly key: string;
  readonly timeNanos: UnixNanos;
  /** All of it but the id. */
  readonly content: string;
};

const CONTEXT = { signal: new AbortController().signal };

/** Everything that a store has, of those that `mayHave` does not rule out. Throws when it does not say. */
export async function takeStockOf(
  store: ProfileReader,
  mayHave: (tenant: TenantId, type: ProfileType) => boolean = () => true,
): Promise<FoundProfile[]> {
  const found: FoundProfile[] = [];
  for (const tenant of TENANTS) {
    for (const type of PROFILE_TYPES) {
      if (!mayHave(tenant, type)) continue;
      const answer = await store.singleProfiles(allSingles(tenant, type), CONTEXT);
      if (!answer.ok) throw new Error(`no answer about ${type.id}: ${answer.error.reason}`);
      for (const each of answer.value.profiles) {
        found.push({
          profileId: each.profileId,
          key: `${tenant} ${profileTypeId(type)} ${each.profileId}`,
          timeNanos: each.timeNanos,
          content: contentText(tenant, each.labels.key, each.timeNanos, each.profile),
        });
      }
    }
  }
  return found;
}

export function keyOf({ tenant, labels, profileId }: StoredProfile): string {
  return `${tenant} ${labelValue(labels, LABEL.profileType)} ${profileId}`;
}

/** Texts of what is kept: a run compares the same rows again and again. */
const contents = new WeakMap<StoredProfile, string>();

export function contentOf(stored: StoredProfile): string {
  const { tenant, labels, timeNanos, profile } = stored;
  const content = contents.get(stored) ?? contentText(tenant, labels.key, timeNanos, profile);
  contents.set(stored, content);
  return content;
}

function contentText(
  tenant: string,
  labelsKey: string,
  timeNanos: bigint,
  profile: StoredProfile['profile'],
): string {
  const { durationNanos, period, comments } = profile;
  const header = [tenant, labelsKey, timeNanos, durationNanos, period, comments.join('+')];
  return `${header.join(' ')}: ${samplesByText(profile).join(', ')}`;
}
