import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { openReportStore } from '../database/report-store.ts';
import { createTurnBudget } from '../runtime/turn-budget.ts';
import { temporaryFolder } from '../testing/folders.ts';
import { eventually, quietLog } from '../testing/servers.ts';
import { startConversionQueue, WAITING_MAX } from './conversion-queue.ts';
import type { WorkerAnswer } from './worker-client.ts';

const store = await openReportStore({ dataDir: temporaryFolder(), turn: createTurnBudget() });
after(() => store.close());

async function addReport(): Promise<string> {
  const writer = await store.beginReport();
  await writer.appendElements(['{}']);
  const { id } = await writer.commit({ stixId: 'report--1', name: 'a report', reportSeq: 0 });
  return id;
}

const stateOf = (id: string) => store.readReport(id)?.conversion.state;

const DONE: WorkerAnswer = {
  kind: 'done',
  overview: { objectCount: 1, countByType: {}, mostConnected: [], labels: [], inferenceCount: 0 },
};

type Convert = (id: string, signal: AbortSignal) => Promise<WorkerAnswer>;

/** A queue whose naps are noted and not taken. */
function startQueue(convert: Convert) {
  const napsMillis: number[] = [];
  const queue = startConversionQueue({
    store,
    convert,
    log: quietLog,
    sleep: async (millis) => {
      napsMillis.push(millis);
    },
  });
  return { queue, napsMillis };
}

test('what waits in the database is converted after a start, then what is added', async () => {
  const before = await addReport();
  const { queue } = startQueue(async () => DONE);
  await eventually('the first is done', () => stateOf(before) === 'done');
  const added = await addReport();
  queue.add(added);
  await eventually('the second is done', () => stateOf(added) === 'done');
  await queue.stop();
});

test('a worker that is away is asked again, less and less often', async () => {
  const id = await addReport();
  let asked = 0;
  const { queue, napsMillis } = startQueue(async () =>
    ++asked > 8 ? DONE : { kind: 'unavailable', reason: 'away' },
  );
  await eventually('it is done', () => stateOf(id) === 'done');
  assert.deepEqual(napsMillis, [250, 500, 1_000, 2_000, 4_000, 8_000, 10_000, 10_000]);
  await queue.stop();
});

test('a report that the worker refuses has failed, and the next is converted', async () => {
  const refused = await addReport();
  const next = await addReport();
  const { queue } = startQueue(async (id) =>
    id === refused ? { kind: 'refused', reason: '400' } : DONE,
  );
  await eventually('the next is done', () => stateOf(next) === 'done');
  assert.deepEqual(store.readReport(refused)?.conversion, { state: 'failed', reason: '400' });
  await queue.stop();
});

test('past the limit the oldest is given up', async () => {
  const inHand = await addReport();
  const oldest = await addReport();
  let release: (answer: WorkerAnswer) => void = () => {};
  const { queue } = startQueue(
    () =>
      new Promise((resolve) => {
        release = resolve;
      }),
  );
  assert.equal(stateOf(inHand), 'waiting');
  for (let i = 0; i < WAITING_MAX; i++) queue.add('gone');
  await eventually('it is given up', () => stateOf(oldest) === 'failed');
  const stopped = queue.stop();
  release(DONE);
  await stopped;
  assert.equal(stateOf(inHand), 'waiting');
});
