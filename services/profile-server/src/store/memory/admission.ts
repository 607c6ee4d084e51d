import type { Profile } from '@emberscope/profile';
import type { PushRefusal } from '../push.ts';
import { largestBytesOf, PROFILE_SHARE, roughlyLargestBytesOf } from './memory-limit.ts';

/** Sending a profile again that is too large helps once the owner has raised the limit. */
const TOO_LARGE_RETRY_SECONDS = 3600;

/** A profile for which everything else would have to go. */
export function tooLarge(profile: Profile, limitBytes: number): PushRefusal | undefined {
  const profileMaxBytes = limitBytes * PROFILE_SHARE;
  if (roughlyLargestBytesOf(profile) <= profileMaxBytes) return undefined;
  const largestBytes = largestBytesOf(profile);
  if (largestBytes <= profileMaxBytes) return undefined;
  const reason = `a profile of up to ${largestBytes} bytes in memory; the limit is ${profileMaxBytes}, a share of the store's ${limitBytes}`;
  return {
    kind: 'store',
    error: { kind: 'unavailable', reason, retryAfterSeconds: TOO_LARGE_RETRY_SECONDS },
  };
}
