import { dotFromProfile, type Profile } from '@emberscope/profile';
import { refuse } from '../query-refusal.ts';

/** More than that, nobody can look at. */
const DEFAULT_NODES = 100;

/** How many places a call graph may show. A number that is no limit elsewhere is the default here. */
export function dotMaxNodes(requested: bigint | undefined): number {
  return requested === undefined || requested <= 0n ? DEFAULT_NODES : Number(requested);
}

/** A profile as a call graph in the DOT language, of `maxNodes` places at most. */
export function dotText(profile: Profile, maxNodes: number): string {
  const dot = dotFromProfile(profile, maxNodes);
  return dot.ok ? dot.text : refuse('resource_exhausted', dot.reason);
}
