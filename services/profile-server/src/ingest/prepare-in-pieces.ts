import type { CancelSignal, JobOutcome } from '@emberscope/node-kit';
import type { IngestPool } from '../work/ingest-pool.ts';
import type { IngestJobs, PushRest } from '../work/jobs.ts';
import { ownBuffer } from '../work/own-buffer.ts';
import { giveBackProfiles, type PackedProfile } from '../work/packed-series.ts';
import type { IngestLimits } from './ingest-limits.ts';
import { newPush } from './push-piece.ts';
import type { PushMessage } from './read-push.ts';

type Piece = IngestJobs['preparePush']['output'];

export type PreparedPush =
  | { readonly kind: 'profiles'; readonly profiles: readonly PackedProfile[] }
  | Exclude<Piece, { readonly kind: 'profiles' }>;

/**
 * Has a push read by the threads of the pool, piece by piece: a large one takes ten seconds, and what
 * comes meanwhile gets in between. The message changes hands with each piece.
 */
export async function prepareInPieces(
  pool: Pick<IngestPool, 'run'>,
  message: PushMessage,
  limits: IngestLimits,
  nowMillis: number,
  signal: CancelSignal,
): Promise<JobOutcome<PreparedPush>> {
  const profiles: PackedProfile[] = [];
  let left: PushRest = { message, progress: newPush() };
  for (;;) {
    const input = { ...left, maxBytes: limits.maxBatchBytes, limits, nowMillis };
    const transfer = ownBuffer(left.message.bytes);
    const read = await pool.run('preparePush', input, { signal, transfer });
    if (read.kind !== 'done' || read.output.kind !== 'profiles') {
      giveBackProfiles(profiles);
      return read.kind === 'done' && read.output.kind !== 'profiles'
        ? { ...read, output: read.output }
        : read;
    }
    profiles.push(...read.output.profiles);
    if (read.output.rest === undefined) return { ...read, output: { kind: 'profiles', profiles } };
    left = read.output.rest;
  }
}
