import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { afterEach, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { systemClock } from '../clock/system-clock.ts';
import type { TestJobs } from '../testing/test-jobs.ts';
import { JobError } from './job-error.ts';
import type { WorkerDeath } from './pool-worker.ts';
import { serveJobs } from './serve-jobs.ts';
import { createWorkerPool, type WorkerPool, type WorkerPoolOptions } from './worker-pool.ts';

const workerUrl = new URL('../testing/test-worker.js', import.meta.url);
const open: WorkerPool<TestJobs>[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((pool) => pool.close(0)));
});

function testPool(options: Partial<WorkerPoolOptions<TestJobs>> = {}) {
  const deaths: WorkerDeath[] = [];
  const pool = createWorkerPool<TestJobs>({
    workerUrl,
    workerCount: 1,
    graceMillis: 50,
    minBackoffMillis: 10,
    onWorkerDied: (death) => deaths.push(death),
    ...options,
  });
  open.push(pool);
  return { pool, deaths };
}

function sharedWords(count: number): Int32Array {
  return new Int32Array(new SharedArrayBuffer(count * Int32Array.BYTES_PER_ELEMENT));
}

describe('a job', () => {
  test('is done', async () => {
    const { pool } = testPool({ workerData: { shard: 3 } });
    assert.deepEqual(await pool.run('add', { a: 2, b: 3 }), { kind: 'done', output: 5 });
    assert.deepEqual(await pool.run('workerData', null), { kind: 'done', output: { shard: 3 } });
    assert.deepEqual(await pool.run('sleep', { millis: 1 }), { kind: 'done', output: 'slept' });
    assert.deepEqual(await pool.run('echo', undefined), { kind: 'done', output: undefined });
  });

  test('gets its buffers and gives them back without a copy', async () => {
    const { pool } = testPool();
    const bytes = Uint8Array.of(1, 2, 255);
    const outcome = await pool.run('increment', bytes, { transfer: [bytes.buffer] });
    assert.equal(bytes.length, 0, 'it is gone here');
    assert.ok(outcome.kind === 'done');
    assert.deepEqual(outcome.output, Uint8Array.of(2, 3, 0));
  });

  test('that throws has failed, and name, message, stack and data come over', async () => {
    const { pool } = testPool();
    const data = { code: 'no-space', at: new Map([[1, 2n]]) };
    const outcome = await pool.run('fail', { name: 'FsError', message: 'disk full', data });
    assert.ok(outcome.kind === 'failed' && outcome.error instanceof JobError);
    const { error } = outcome;
    assert.deepEqual([error.name, error.message, error.data], ['FsError', 'disk full', data]);
    assert.match(error.stack ?? '', /test-worker/);
  });

  const failures = [
    ['failWithFunction', /^odd data \(its data was left behind: .*could not be cloned/],
    ['throwText', /^thrown: just text$/],
    ['answerFunction', /could not be cloned/],
  ] as const;
  for (const [kind, message] of failures) {
    test(`${kind}: fails, and its worker goes on`, async () => {
      const { pool, deaths } = testPool();
      const outcome = await pool.run(kind, null);
      assert.ok(outcome.kind === 'failed');
      assert.match(outcome.error.message, message);
      assert.equal((await pool.run('add', { a: 1, b: 1 })).kind, 'done');
      assert.deepEqual(deaths, []);
    });
  }

  test('whose output cannot be sent gives back what that holds', async () => {
    const { pool } = testPool();
    const unsent = sharedWords(1);
    assert.equal((await pool.run('hold', { unsent, as: 'text' })).kind, 'done');
    assert.equal(unsent[0], 0);
    assert.equal((await pool.run('hold', { unsent, as: 'unsendable' })).kind, 'failed');
    assert.equal(unsent[0], 1);
    assert.equal((await pool.run('add', { a: 1, b: 1 })).kind, 'done');
    assert.equal(unsent[0], 1);
  });

  test('whose output cannot be read gives back what that holds with the next job', async () => {
    const { pool, deaths } = testPool();
    const unsent = sharedWords(1);
    const outcome = await pool.run('hold', { unsent, as: 'unreadable' });
    assert.ok(outcome.kind === 'failed');
    assert.match(outcome.error.message, /^the answer could not be read: /);
    for (let i = 0; i < 2; i++) {
      assert.equal((await pool.run('hold', { unsent, as: 'text' })).kind, 'done');
      assert.equal(unsent[0], 1);
    }
    assert.deepEqual(deaths, []);
  });

  test('whose input cannot be cloned fails here', async () => {
    const { pool } = testPool();
    const outcome = await pool.run('echo', () => {});
    assert.ok(outcome.kind === 'failed');
    assert.match(outcome.error.message, /the input could not be sent: DataCloneError/);
    assert.equal((await pool.run('add', { a: 1, b: 1 })).kind, 'done');
  });

  test('that nobody handles fails', async () => {
    const { pool } = testPool();
    for (const kind of ['toString', 'none'] as const) {
      const outcome = await pool.run(kind as 'add', { a: 1, b: 1 });
      assert.ok(outcome.kind === 'failed');
      assert.equal(outcome.error.message, `no handler for "${kind}"`);
    }
  });

  test('may say other things on its channel', async () => {
    const { pool } = testPool();
    assert.deepEqual(await pool.run('chatter', null), { kind: 'done', output: 'chattered' });
  });
});

describe('the queue', () => {
  test('is in the order of coming, and full when it is full', async () => {
    const { pool } = testPool({ queueLimit: 2 });
    await pool.run('add', { a: 0, b: 0 });
    const order: string[] = [];
    const first = pool.run('block', { millis: 20 }).then(() => order.push('first'));
    const second = pool.run('add', { a: 1, b: 1 }).then(() => order.push('second'));
    const third = pool.run('add', { a: 1, b: 1 }).then(() => order.push('third'));
    const bytes = new Uint8Array(8);
    const refused = await pool.run('increment', bytes, { transfer: [bytes.buffer] });
    assert.deepEqual(refused, { kind: 'busy', queued: 2 });
    assert.equal(bytes.length, 8, 'a refused job keeps its buffers');
    await Promise.all([first, second, third]);
    assert.deepEqual(order, ['first', 'second', 'third']);
  });

  test('of no length: a job runs at once or is refused', async () => {
    const { pool } = testPool({ queueLimit: 0 });
    await until(() => pool.stats().idle === 1);
    const running = pool.run('block', { millis: 5 });
    assert.equal((await pool.run('add', { a: 1, b: 1 })).kind, 'busy');
    assert.equal((await running).kind, 'done');
    assert.equal((await pool.run('add', { a: 1, b: 1 })).kind, 'done');
  });

  test('does not hold a job for ever', async () => {
    const { pool } = testPool({ queueTimeoutMillis: 20 });
    const running = pool.run('block', { millis: 200 });
    assert.deepEqual(await pool.run('add', { a: 1, b: 1 }), {
      kind: 'timed-out',
      where: 'queue',
      timeoutMillis: 20,
    });
    assert.equal(pool.stats().queued, 0);
    await running;
  });

  test('is emptied by as many threads as there are', async () => {
    const { pool } = testPool({ workerCount: 2 });
    const jobs = [1, 2].map(() => pool.run('block', { millis: 100 }));
    await until(() => pool.stats().busy === 2);
    const outcomes = await Promise.all(jobs);
    assert.ok(outcomes.every(({ kind }) => kind === 'done'));
    assert.deepEqual(pool.stats().idle, 2);
  });
});

describe('a cancelled job', () => {
  test('leaves the queue at once', async () => {
    const { pool } = testPool();
    const abort = new AbortController();
    const running = pool.run('block', { millis: 50 });
    const cancelled = pool.run('add', { a: 1, b: 1 }, { signal: abort.signal });
    assert.equal(pool.stats().queued, 2, 'the thread is not there yet');
    abort.abort();
    assert.equal(pool.stats().queued, 1);
    assert.deepEqual(await cancelled, { kind: 'cancelled', by: 'signal' });
    const never = pool.run('add', { a: 1, b: 1 }, { signal: abort.signal });
    assert.deepEqual(await never, { kind: 'cancelled', by: 'signal' });
    assert.equal((await running).kind, 'done');
  });

  test('that asks keeps its thread', async () => {
    const { pool } = testPool({ graceMillis: 5000 });
    const before = await pool.run('threadId', null);
    const abort = new AbortController();
    const running = pool.run('spinPolitely', null, { signal: abort.signal });
    await until(() => pool.stats().busy === 1);
    abort.abort();
    assert.deepEqual(await running, { kind: 'cancelled', by: 'signal' });
    assert.deepEqual(await pool.run('threadId', null), before);
    assert.equal(pool.stats().replaced, 0);
    // The flag was for that job alone.
    const next = pool.run('spinPolitely', null, { timeoutMillis: 30 });
    assert.equal((await next).kind, 'timed-out');
  });

  test('that ends all the same gives what it made to nobody but the pool', async () => {
    const unclaimed: unknown[] = [];
    const { pool } = testPool({
      graceMillis: 5000,
      onUnclaimed: (output) => unclaimed.push(output),
    });
    const abort = new AbortController();
    const running = pool.run('spinPolitely', null, { signal: abort.signal });
    await until(() => pool.stats().busy === 1);
    abort.abort();
    assert.deepEqual(await running, { kind: 'cancelled', by: 'signal' });
    assert.equal((await pool.run('add', { a: 1, b: 1 })).kind, 'done');
    assert.deepEqual(unclaimed, ['noticed']);
  });

  test('that does not ask is answered at once, and its thread replaced after the grace', async () => {
    const { pool, deaths } = testPool({ graceMillis: 100 });
    const before = await pool.run('threadId', null);
    const abort = new AbortController();
    const running = pool.run('spin', null, { signal: abort.signal });
    await until(() => pool.stats().busy === 1);
    abort.abort();
    assert.deepEqual(await running, { kind: 'cancelled', by: 'signal' });
    assert.equal(pool.stats().busy, 1, 'winding down');
    const after = await pool.run('threadId', null);
    assert.equal(after.kind, 'done');
    assert.notDeepEqual(after, before);
    assert.equal(pool.stats().replaced, 1);
    assert.deepEqual(deaths, []);
  });
});

describe('what must not be broken', () => {
  for (const kind of ['spinUnbroken', 'spinUnbrokenWithin'] as const)
    test(`is done when the thread ends, and not begun again: ${kind}`, async () => {
      for (const pieceMillis of [0, 1, 30]) {
        const { pool } = testPool({ graceMillis: 0 });
        const pieces = sharedWords(2);
        const spinning = pool.run(kind, { pieces, pieceMillis });
        await until(() => Atomics.load(pieces, 0) > 0);
        await pool.close(0);
        await spinning;
        const [begun, done] = pieces;
        assert.equal(done, begun);
        await systemClock.sleep(pieceMillis);
        assert.equal(pieces[0], begun, 'the thread is gone');
      }
    });

  test('holds nobody up once its thread has died', async () => {
    const { pool } = testPool();
    const pieces = sharedWords(2);
    void pool.run('dieUnbroken', { pieces });
    await until(() => Atomics.load(pieces, 0) > 0);
    const beganMillis = performance.now();
    await pool.close(0);
    assert.ok(performance.now() - beganMillis < 2000);
  });

  test('is all of zlib: to end its threads does not end the process', async () => {
    const gzip = gzipSync('main;work 1');
    for (let round = 0; round < 8; round++) {
      const { pool } = testPool();
      const pieces = sharedWords(1);
      void pool.run('inflate', { gzip, pieces });
      await until(() => Atomics.load(pieces, 0) > round);
      await pool.close(0);
    }
  });
});

test('a job that takes too long is timed out, and its thread replaced', async () => {
  const { pool } = testPool({ jobTimeoutMillis: 50 });
  await pool.run('add', { a: 0, b: 0 });
  assert.deepEqual(await pool.run('spin', null), {
    kind: 'timed-out',
    where: 'worker',
    timeoutMillis: 50,
  });
  assert.equal((await pool.run('add', { a: 1, b: 1 }, { timeoutMillis: 5000 })).kind, 'done');
  assert.equal(pool.stats().replaced, 1);
});

describe('a thread that dies', () => {
  const ways = [
    ['by process.exit', (pool: WorkerPool<TestJobs>) => pool.run('exit', { code: 7 }), /code 7/],
    [
      'by an error that nobody catches',
      (pool: WorkerPool<TestJobs>) => pool.run('throwAsynchronously', null),
      /^TypeError: thrown later$/,
    ],
    [
      'of too little memory',
      (pool: WorkerPool<TestJobs>) => pool.run('exhaustMemory', null),
      /memory limit/,
    ],
  ] as const;
  for (const [title, run, reason] of ways) {
    test(`${title}: takes its job down and no other`, async () => {
      const { pool, deaths } = testPool({
        resourceLimits: { maxOldGenerationSizeMb: 16, maxYoungGenerationSizeMb: 4 },
      });
      const [killer, ...others] = await Promise.all([
        run(pool),
        ...[1, 2, 3].map((a) => pool.run('add', { a, b: 0 })),
      ]);
      assert.ok(killer.kind === 'worker-died');
      assert.match(killer.reason, reason);
      assert.ok(killer.isBegun);
      assert.deepEqual(
        others,
        [1, 2, 3].map((output) => ({ kind: 'done', output })),
      );
      assert.equal(deaths.length, 1);
      assert.equal(typeof deaths[0]?.whileRunning, 'string');
      const { replaced, died, outcomes } = pool.stats();
      assert.deepEqual([replaced, died], [1, 1]);
      assert.deepEqual([outcomes.done, outcomes['worker-died']], [3, 1]);
    });
  }

  test('before it has begun its next job gives that back', async () => {
    const { pool, deaths } = testPool();
    await pool.run('add', { a: 0, b: 0 });
    assert.equal((await pool.run('dieAfterAnswer', null)).kind, 'done');
    assert.deepEqual(await pool.run('add', { a: 1, b: 1 }), { kind: 'done', output: 2 });
    assert.equal(deaths.length, 1);
  });

  test('before it has begun its next job takes along what was transferred to it', async () => {
    const { pool } = testPool();
    assert.equal((await pool.run('dieAfterAnswer', null)).kind, 'done');
    const bytes = new Uint8Array(8);
    const outcome = await pool.run('increment', bytes, { transfer: [bytes.buffer] });
    assert.deepEqual(outcome, { kind: 'worker-died', reason: 'exit code 3', isBegun: false });
  });

  test('again and again is replaced at once, then later and later, until a job is done', async () => {
    const { pool, deaths } = testPool({ minBackoffMillis: 10, maxBackoffMillis: 30 });
    for (let i = 0; i < 5; i++) await pool.run('exit', { code: 1 });
    await pool.run('add', { a: 1, b: 1 });
    await pool.run('exit', { code: 1 });
    assert.deepEqual(
      deaths.map(({ restartMillis }) => restartMillis),
      [0, 10, 20, 30, 30, 0],
    );
  });

  test('before it is ready does not spin, and its jobs do not wait for ever', async () => {
    const { pool, deaths } = testPool({
      workerUrl: new URL('data:text/javascript,throw new Error("broken at birth")'),
      minBackoffMillis: 5000,
      queueTimeoutMillis: 300,
    });
    assert.equal((await pool.run('add', { a: 1, b: 1 })).kind, 'timed-out');
    // The first is replaced at once, the second waits.
    await until(() => deaths.length >= 2);
    await sleep(200);
    assert.equal(deaths.length, 2);
    assert.equal(deaths[0]?.reason, 'Error: broken at birth');
    assert.equal(deaths[0]?.whileRunning, undefined);
  });

  test('a thread that does not get ready is given up, and the next has twice the time', async () => {
    const { deaths } = testPool({
      workerUrl: new URL('data:text/javascript,setInterval(() => {}, 1000)'),
      startTimeoutMillis: 50,
      minBackoffMillis: 5000,
    });
    await until(() => deaths.length === 2);
    assert.deepEqual(
      deaths.map(({ reason }) => reason),
      ['not ready after 50 ms', 'not ready after 100 ms'],
    );
  });
});

describe('close', () => {
  test('lets jobs end, takes no more, and is done when no thread is left', async () => {
    const { pool } = testPool();
    const running = pool.run('block', { millis: 50 });
    const queued = pool.run('add', { a: 1, b: 1 });
    const closed = pool.close();
    assert.equal(pool.close(), closed);
    const late = pool.run('add', { a: 1, b: 1 });
    assert.deepEqual(await late, { kind: 'cancelled', by: 'close' });
    await closed;
    assert.equal((await running).kind, 'done');
    assert.equal((await queued).kind, 'done');
    const { busy, idle, starting } = pool.stats();
    assert.deepEqual([busy, idle, starting], [0, 0, 0]);
  });

  for (const deadlineMillis of [0, 50]) {
    test(`cuts what is not done after ${deadlineMillis} ms`, async () => {
      const { pool, deaths } = testPool({ graceMillis: 60_000 });
      await pool.run('add', { a: 0, b: 0 });
      const running = pool.run('spin', null);
      const queued = pool.run('add', { a: 1, b: 1 });
      await pool.close(deadlineMillis);
      assert.deepEqual(await running, { kind: 'cancelled', by: 'close' });
      assert.deepEqual(await queued, { kind: 'cancelled', by: 'close' });
      assert.deepEqual(deaths, []);
    });
  }

  test('also of a pool that backs off', async () => {
    const { pool, deaths } = testPool({
      workerUrl: new URL('data:text/javascript,process.exit(1)'),
      minBackoffMillis: 60_000,
      maxBackoffMillis: 60_000,
    });
    await until(() => deaths.length === 2);
    await pool.close();
    assert.equal(pool.stats().starting, 0);
  });
});

test('the process waits for its jobs, and not for an idle pool', () => {
  const script = fileURLToPath(new URL('../testing/unclosed-pool.js', import.meta.url));
  const { status, stdout, stderr } = spawnSync(process.execPath, [script], {
    encoding: 'utf8',
    timeout: 20_000,
  });
  assert.deepEqual([status, stdout, stderr], [0, 'slept\nslept\n', '']);
});

test('what makes no sense is refused', () => {
  assert.throws(() => testPool({ workerCount: 0 }), /a pool of 0 workers does nothing/);
  assert.throws(() => serveJobs<TestJobs>({} as never), /a worker that a pool has started/);
});

async function until(isTrue: () => boolean): Promise<void> {
  for (let i = 0; i < 1000 && !isTrue(); i++) await systemClock.sleep(5);
  assert.ok(isTrue());
}
