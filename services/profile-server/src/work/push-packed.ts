import type { StoreWriter } from '../store/embedded/writer/store-writer.ts';
import type { PushOutcomes, PushRefusal } from '../store/push.ts';
import type { PushInput, PushOutput } from './jobs.ts';
import { unpackSeries } from './packed-series.ts';

/**
 * Stores all profiles of a push by one call: they share a commit, and a store that has no room just
 * now refuses all of them. What it had taken of them would be counted twice when they come again.
 */
export async function pushPacked(
  push: StoreWriter['push'],
  { tenant, profiles }: PushInput,
): Promise<PushOutput> {
  const unpacked = profiles.map(unpackSeries);
  const outcomes = await push(tenant, unpacked.flat());
  let at = 0;
  return unpacked.map((series) => {
    const ofProfile = outcomes.slice(at, at + series.length);
    at += series.length;
    return firstRefusal(ofProfile);
  });
}

function firstRefusal(outcomes: PushOutcomes): PushRefusal | undefined {
  for (const outcome of outcomes.flat()) if (outcome.kind === 'refused') return outcome.refusal;
  return undefined;
}
