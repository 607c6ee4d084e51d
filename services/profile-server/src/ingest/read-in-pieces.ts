import { setTimeout } from 'node:timers/promises';
import type { CancelSignal, JobOutcome } from '@emberscope/node-kit';
import type { IngestPool } from '../work/ingest-pool.ts';
import type { IngestJobs, PushRest } from '../work/jobs.ts';
import { ownBuffer } from '../work/own-buffer.ts';
import type { IngestLimits } from './ingest-limits.ts';
import { newPush } from './push-piece.ts';
import type { PushMessage } from './read-push.ts';

type Piece = IngestJobs['preparePush']['output'];

/**
 * A piece that finds no room asks again: what came before it is stored, and whoever sends all of it
 * once more stores that twice, unless its ids are the collector's. So it takes longer than the line
 * before a thread can be, but no client waits for more than this.
 */
const AGAIN_MILLIS = 250;
const MOST_TIMES_AGAIN = 120;

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
  sleep: (millis: number) => Promise<unknown> = setTimeout,
): AsyncGenerator<JobOutcome<Piece>, void, void> {
  let left: PushRest | undefined = { message, progress: newPush() };
  // Of the first piece nothing is stored: all of it may come again.
  let mostTimes = 0;
  while (left !== undefined) {
    const input: IngestJobs['preparePush']['input'] = {
      ...left,
      maxBytes: limits.maxBatchBytes,
      limits,
      nowMillis,
    };
    const transfer = ownBuffer(left.message.bytes);
    const run = () => pool.run('preparePush', input, { signal, transfer });
    let read: JobOutcome<Piece> = await run();
    for (let times = 0; times < mostTimes && foundNoRoom(read); times++) {
      await sleep(AGAIN_MILLIS);
      read = await run();
    }
    mostTimes = MOST_TIMES_AGAIN;
    left = read.kind === 'done' && read.output.kind === 'profiles' ? read.output.rest : undefined;
    yield read;
  }
}

/** It was not given to a thread, and the message is still here. */
function foundNoRoom(read: JobOutcome<Piece>): boolean {
  return read.kind === 'busy' || (read.kind === 'timed-out' && read.where === 'queue');
}
