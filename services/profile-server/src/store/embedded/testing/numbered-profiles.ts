import { textFromProfile } from '@emberscope/profile';
import { ANONYMOUS } from '../../ids.ts';
import type { ProfileReader } from '../../profile-store.ts';
import { PROFILE_TYPES } from './drawn-pushes.ts';
import { allSingles } from './drawn-questions.ts';

const CONTEXT = { signal: new AbortController().signal };

/**
 * The profiles that `kill-9-child` pushed, with their numbers. Throws when one is there twice or in
 * part: each has two sample types, and the second's values are ten times the first's.
 */
export async function takeNumbered(store: ProfileReader) {
  const [counts, cpu] = PROFILE_TYPES;
  const ofCounts = await numbersOf(store, counts, 1);
  const ofCpu = await numbersOf(store, cpu, 10);
  if (ofCounts.size !== ofCpu.size) {
    throw new Error(`${ofCounts.size} profiles of one type and ${ofCpu.size} of the other`);
  }
  for (const [number, id] of ofCounts) {
    if (ofCpu.get(number) !== id) throw new Error(`profile ${number} is there in part`);
  }
  return Array.from(ofCounts, ([number, id]) => ({ number, id }));
}

async function numbersOf(
  store: ProfileReader,
  type: (typeof PROFILE_TYPES)[number] | undefined,
  factor: number,
): Promise<Map<number, string>> {
  if (type === undefined) throw new Error('no such type');
  const answer = await store.singleProfiles(allSingles(ANONYMOUS, type), CONTEXT);
  if (!answer.ok) throw new Error(answer.error.reason);
  const found = new Map<number, string>();
  for (const { profileId, profile } of answer.value.profiles) {
    const lines = textFromProfile(profile).sort();
    const number = Number(/^main;n(\d+) /.exec(lines[1] ?? '')?.[1]);
    const expected = [`main ${factor}`, `main;n${number} ${factor * (number + 1)}`];
    if (lines.join() !== expected.join()) throw new Error(`a profile of ${lines.join(', ')}`);
    if (found.has(number)) throw new Error(`profile ${number} is there twice`);
    found.set(number, profileId);
  }
  return found;
}
