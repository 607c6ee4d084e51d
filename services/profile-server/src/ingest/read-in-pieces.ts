import type { CancelSignal, JobOutcome } from '@emberscope/node-kit';
import type { IngestPool } from '../work/ingest-pool.ts';
import type { IngestJobs, PushRest } from '../work/jobs.ts';
import { ownBuffer } from '../work/own-buffer.ts';
import type { IngestLimits } from './ingest-limits.ts';
import { newPush } from './push-piece.ts';
import type { PushMessage } from './read-push.ts';

type Piece = IngestJobs['preparePush']['output'];

/**
 * Has a push read by the threads of the pool, piece by piece: a large one takes ten seconds, and what
 * comes meanwhile gets in between. The next piece is read when it is asked for, so that no more than
 * one is held. The message changes hands with each. Ends with the first that is no profiles.
 */
export async function* readInPieces(
  pool: Pick<IngestPool, 'run'>,
  message: PushMessage,
  limits: IngestLimits,
  nowMillis: number,
  signal: CancelSignal,
): AsyncGenerator<JobOutcome<Piece>, void, void> {
  let left: PushRest | undefined = { message, progress: newPush() };
  while (left !== undefined) {
    const input: IngestJobs['preparePush']['input'] = {
      ...left,
      maxBytes: limits.maxBatchBytes,
      limits,
      nowMillis,
    };
    const transfer = ownBuffer(left.message.bytes);
    const read: JobOutcome<Piece> = await pool.run('preparePush', input, { signal, transfer });
    left = read.kind === 'done' && read.output.kind === 'profiles' ? read.output.rest : undefined;
    yield read;
  }
}
