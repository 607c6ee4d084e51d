import assert from 'node:assert/strict';
import {
  type CallTree,
  foldStacks,
  framesByName,
  type Profile,
  profileFromText,
  selfByStack,
  textFromProfile,
} from '@emberscope/profile';
import type { ReadProfile } from '../read-answer.ts';

/** The drawing of what a reader read; fails when it refused. */
export function drawRead(read: ReadProfile): string[] {
  assert.ok(read.ok, read.ok ? '' : read.reason);
  return textFromProfile(read.profile).sort();
}

export function refusal(read: { readonly ok: boolean; readonly reason?: string }): string {
  assert.ok(!read.ok);
  return read.reason ?? '';
}

export function bytesOf(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

export function treeOf(profile: Profile): CallTree {
  const { stacks, symbols, samples } = profile;
  const self = selfByStack(stacks, samples.stack, samples.values[0]);
  return foldStacks(stacks, symbols.locations, self, framesByName(symbols)).tree;
}

export function treeFromText(drawn: string): CallTree {
  return treeOf(profileFromText(drawn));
}
