import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createSeededRandom, createSimClock, createSimFs } from '@emberscope/node-kit';
import { createHeadLog } from '../log/head-log.ts';
import { createCommitQueue } from './commit-queue.ts';
import { SPARE_MAX_BYTES } from './writer-limits.ts';

const MIB = 1024 * 1024;
const KIND = 3;

test('the memory of a batch is used again, but not that of a huge one', async () => {
  const clock = createSimClock();
  const fs = createSimFs({ random: createSeededRandom(1), clock });
  const log = createHeadLog({ fs, folder: '/', replayed: [], nextGeneration: 1 });
  const nothing = () => {};
  const queue = createCommitQueue({
    ...{ log, clock, nextArrival: () => 1 },
    ...{ onCommitted: nothing, onFailed: nothing, onTakenBack: nothing },
  });

  /** The memory that the next batch begins with when this one was committed. */
  async function capacityBehind(payloadBytes: number): Promise<number> {
    const batch = queue.batch();
    batch.records.append(KIND, new Uint8Array(payloadBytes));
    queue.submit(batch);
    assert.equal((await clock.runUntil(batch.settled)).kind, 'committed');
    return queue.batch().records.capacityBytes();
  }

  assert.ok((await capacityBehind(3 * MIB)) >= 3 * MIB);
  assert.ok((await capacityBehind(1)) >= 3 * MIB);
  assert.ok((await capacityBehind(SPARE_MAX_BYTES + MIB)) < MIB);
  assert.equal(queue.waitingBytes(), 0);
});
