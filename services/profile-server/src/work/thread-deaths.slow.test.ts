import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { systemClock } from '@emberscope/node-kit';
import { pprofOf } from '../testing/drawn-pprof.ts';
import { type MortalThreads, mortalThreads } from '../testing/mortal-threads.ts';
import { type RunningServer, runServer } from '../testing/running-server.ts';

/*
 * Threads of a server end in the middle of what they do, as they would for want of memory. Whoever
 * pushes does as a collector: the same again, under the same id, until it is stored.
 */

const TYPE = 'process_cpu:cpu:nanoseconds:cpu:nanoseconds';
const PUSHES = 30;
/** From before a thread has begun its job to when it has mostly done it. */
const KILLED_AFTER_MILLIS = [0, 2, 10];
/** Everything takes milliseconds; at a low priority on a busy machine that may be minutes. */
const WAIT_MAX_MILLIS = 600_000;
/** Every so many, a client comes again. */
const AGAIN_MILLIS = 30;
/** So that reading them takes a while. */
const MANY_STACKS = Array.from({ length: 1000 }, (_, i) => `main;many;f${i} 1`).join('\n');

const dataDir = mkdtempSync(join(tmpdir(), 'thread-deaths-'));
/** The numbers of all pushes so far. */
const pushed: number[] = [];
let threads: MortalThreads;
let server: RunningServer;

before(async () => {
  threads = mortalThreads();
  server = await within(runServer({}, undefined, dataDir), 'a server');
});
after(async () => {
  threads[Symbol.dispose]();
  await within(server.stop(), 'the end of the server');
  rmSync(dataDir, { recursive: true, force: true });
});

test('the thread that writes ends in mid-push: what was acknowledged is there, and once', async () => {
  for (const afterMillis of KILLED_AFTER_MILLIS) {
    const killed = threads.killNext('writer-worker.js', 'push', afterMillis);
    await within(Promise.all(nextNumbers(PUSHES).map((n) => push(n))), 'pushes');
    await within(killed, 'the end of the thread that writes');
    await checkAllOnce();
  }
});

test('a thread that answers ends in mid-query: who asks again is answered', async () => {
  await within(Promise.all(nextNumbers(PUSHES).map((n) => push(n))), 'pushes');
  for (const afterMillis of KILLED_AFTER_MILLIS) {
    const killed = threads.killNext('query-worker.js', 'query', afterMillis);
    const asked = Array.from({ length: 8 }, checkAllOnce);
    await within(Promise.all(asked), 'answers');
    await within(killed, 'the end of a thread that answers');
  }
});

test('a thread that reads profiles ends in mid-push: that one is refused, all others are stored', async () => {
  for (const afterMillis of KILLED_AFTER_MILLIS) {
    const killed = threads.killNext('ingest-worker.js', 'preparePush', afterMillis);
    const pushes = nextNumbers(6).map((n) => push(n, MANY_STACKS));
    const refused = await within(Promise.all(pushes), 'pushes');
    await within(killed, 'the end of a thread that reads profiles');
    // The one that it had in hand: for all it knows, the next thread would end of it, too.
    assert.ok(refused.filter((isRefused) => isRefused).length <= 1, `${refused}`);
    await checkAllOnce();
  }
});

test('all of them end at once, some again before they have done anything', async () => {
  for (let round = 0; round < 2; round++) {
    // Those that nothing came for wait for the next round's.
    for (const afterMillis of [round, 0]) {
      void threads.killNext('writer-worker.js', 'push', afterMillis);
      void threads.killNext('query-worker.js', 'query', afterMillis);
    }
    void threads.killNext('ingest-worker.js', 'preparePush', round);
    const stored = [...pushed];
    const pushing = nextNumbers(PUSHES).map((n) => push(n));
    const asking = Array.from({ length: 4 }, async () => {
      const values = await ask();
      for (const number of stored) assert.equal(values.get(number), number);
    });
    await within(Promise.all([...pushing, ...asking]), 'pushes and answers');
    await checkAllOnce();
  }
});

test('every one of these deaths is counted', async () => {
  for (const thread of ['writer', 'query', 'ingest']) {
    const ended = await within(threads.ended(`${thread}-worker.js`), 'the end of threads');
    assert.ok(ended >= KILLED_AFTER_MILLIS.length);
    const metrics = await (await fetch(`${server.url}/metrics`)).text();
    const name = `died_total{thread="${thread}"}`;
    const counted = metrics.split('\n').find((line) => line.includes(name));
    // On a machine that is too busy for it, one that starts may be given up as well.
    assert.ok(Number(counted?.split(' ').at(-1)) >= ended, `${counted}, and ${ended} ended`);
  }
});

test('the next server finds the same', async () => {
  await within(server.stop(), 'the end of the server');
  server = await within(runServer({}, undefined, dataDir), 'the next server');
  await checkAllOnce();
});

/** Of pushes to come, which are noted. */
function nextNumbers(count: number): number[] {
  const first = pushed.length + 1;
  const made = Array.from({ length: count }, (_, i) => first + i);
  pushed.push(...made);
  return made;
}

/** Answers whether it was refused for good once, which is tried again for all that. */
async function push(number: number, more = ''): Promise<boolean> {
  const rawProfile = Buffer.from(pprofOf(`main;n${number} ${number}\n${more}`)).toString('base64');
  const ID = `emb1-${number.toString(16).padStart(32, '0')}`;
  const labels = [
    { name: '__name__', value: 'process_cpu' },
    { name: 'service_name', value: 'mortal' },
  ];
  const body = JSON.stringify({ series: [{ labels, samples: [{ rawProfile, ID }] }] });
  let isRefused = false;
  for (;;) {
    const answer = await post(`${server.url}/push.v1.PusherService/Push`, body);
    if (answer.status === 200) return isRefused;
    if (answer.status === 400) {
      assert.match(answer.text, /could not be read/);
      isRefused = true;
    } else checkMayComeAgain(answer);
    await systemClock.sleep(AGAIN_MILLIS);
  }
}

/** What each push has come to: twice its number where it is there twice. */
async function ask(): Promise<ReadonlyMap<number, number>> {
  const hourMillis = 3_600_000;
  const body = JSON.stringify({
    ...{ profileTypeID: TYPE, labelSelector: '{}', maxNodes: 100_000 },
    ...{ start: Date.now() - hourMillis, end: Date.now() + hourMillis },
  });
  for (;;) {
    const answer = await post(
      `${server.url}/querier.v1.QuerierService/SelectMergeStacktraces`,
      body,
    );
    if (answer.status === 200) return valuesOf(answer.text);
    checkMayComeAgain(answer);
    await systemClock.sleep(AGAIN_MILLIS);
  }
}

async function checkAllOnce(): Promise<void> {
  const values = await within(ask(), 'an answer');
  const ascending = (a: readonly [number, number], b: readonly [number, number]) => a[0] - b[0];
  const expected = pushed.map((number) => [number, number] as const);
  assert.deepEqual([...values].sort(ascending), expected.toSorted(ascending));
}

function valuesOf(text: string): ReadonlyMap<number, number> {
  const { flamegraph } = JSON.parse(text) as {
    flamegraph?: { names?: string[]; levels?: { values?: string[] }[] };
  };
  const values = new Map<number, number>();
  for (const { values: row = [] } of flamegraph?.levels ?? []) {
    // Offset, total, self and name for each box.
    for (let at = 0; at + 3 < row.length; at += 4) {
      const number = /^n(\d+)$/.exec(flamegraph?.names?.[Number(row[at + 3])] ?? '')?.[1];
      if (number !== undefined) values.set(Number(number), Number(row[at + 1]));
    }
  }
  return values;
}

type Answer = { readonly status: number; readonly text: string };

/** Status 0 where the connection broke: nobody knows what became of it. */
async function post(url: string, body: string): Promise<Answer> {
  const headers = { 'content-type': 'application/json' };
  try {
    const answer = await fetch(url, { method: 'POST', headers, body });
    return { status: answer.status, text: await answer.text() };
  } catch (error) {
    return { status: 0, text: String(error) };
  }
}

/** There was nobody who could do it just now, or not in time. */
function checkMayComeAgain({ status, text }: Answer): void {
  assert.ok([0, 503, 504].includes(status), `${status}: ${text}`);
}

/** What must be there in the end, however busy the machine is. */
async function within<Value>(work: Promise<Value>, what: string): Promise<Value> {
  let stopTimer = (): void => {};
  const tooLong = new Promise<never>((_, reject) => {
    const timer = setTimeout(
      () => reject(new Error(`${what} not there after ${WAIT_MAX_MILLIS} ms`)),
      WAIT_MAX_MILLIS,
    );
    stopTimer = () => clearTimeout(timer);
  });
  try {
    return await Promise.race([work, tooLong]);
  } finally {
    stopTimer();
  }
}
