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
 * once more stores that twice, unless its ids are the collector's. It has waited in line twice by the end
 * of this, and no client waits for longer.
 */
const AGAIN_MILLIS = 250;
const AGAIN_MOST_MILLIS = 60_000;

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
  let mostMillis = 0;
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
    let waitedMillis = millisInLine(read);
    while (foundNoRoom(read) && waitedMillis < mostMillis) {
      await sleep(AGAIN_MILLIS);
      read = await run();
      waitedMillis += AGAIN_MILLIS + millisInLine(read);
    }
    mostMillis = AGAIN_MOST_MILLIS;
    left = read.kind === 'done' && read.output.kind === 'profiles' ? read.output.rest : undefined;
    yield read;
  }
}

/** It was not given to a thread, and the message is still here. */
function foundNoRoom(read: JobOutcome<Piece>): boolean {
  return read.kind === 'busy' || (read.kind === 'timed-out' && read.where === 'queue');
}

function millisInLine(read: JobOutcome<Piece>): number {
  return read.kind === 'timed-out' ? read.timeoutMillis : 0;
}
