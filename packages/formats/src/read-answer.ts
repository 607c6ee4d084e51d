import type { Profile } from '@emberscope/profile';

/** What a reader makes of bytes: a profile, or why they are none. */
export type ReadProfile =
  | { readonly ok: true; readonly profile: Profile }
  | { readonly ok: false; readonly reason: string };

export function refuse(reason: string): { readonly ok: false; readonly reason: string } {
  return { ok: false, reason };
}
