import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createSimClock, type JobOutcome } from '@emberscope/node-kit';
import type { StoreView } from '../store/embedded/store-view.ts';
import { ANONYMOUS } from '../store/ids.ts';
import type { PushedBatch, PushOutput } from './jobs.ts';
import { createPushLine } from './push-line.ts';

const VIEW: StoreView = {
  ...{ writer: 'test', version: 1 },
  ...{ manifest: new SharedArrayBuffer(0), generations: [] },
};

/** A line before a writer that answers each push with its place in the batch, when it is told to. */
function openLine() {
  const clock = createSimClock();
  const batches: string[][] = [];
  const atDisk: (() => void)[] = [];
  let beingRead = 0;
  const line = createPushLine(
    (pushes) =>
      new Promise((resolve) => {
        batches.push(pushes.map(({ service }) => service));
        const outcomes = pushes.map(({ service }) => `stored ${service}`);
        atDisk.push(() => resolve({ kind: 'done', output: { outcomes, view: VIEW } }));
      }),
    clock,
    () => beingRead,
  );
  return {
    clock,
    batches,
    async write(): Promise<void> {
      atDisk.shift()?.();
      await clock.advance(0);
    },
    async push(service: string, read: number): Promise<string> {
      beingRead = read;
      const done = await line.push({ tenant: ANONYMOUS, service, profiles: [] }, []);
      return done.kind === 'failed' ? done.error.message : done.kind;
    },
  };
}

test('pushes of a service stand side by side in a batch, and each hears what became of it', async () => {
  const { batches, push, write } = openLine();
  const answers = ['x', 'b', 'a', 'c', 'b', 'a'].map((service) => push(service, 0));
  await write();
  await write();
  assert.deepEqual(batches, [['x'], ['a', 'a', 'b', 'b', 'c']]);
  const expected = ['x', 'b', 'a', 'c', 'b', 'a'].map((service) => `stored ${service}`);
  assert.deepEqual(await Promise.all(answers), expected);
});

test('a batch waits until as many have come as are being read, and a moment at most', async () => {
  const { batches, push, write, clock } = openLine();
  void push('a', 5);
  void push('b', 4);
  assert.ok(batches.length === 0);
  void push('c', 3);
  assert.deepEqual(batches, [['a', 'b', 'c']]);

  void push('d', 9);
  await write();
  assert.equal(batches.length, 1);
  await clock.advance(25);
  assert.deepEqual(batches[1], ['d']);
  await write();

  void push('e', 1);
  assert.deepEqual(batches[2], ['e']);
  await write();
  for (let i = 0; i < 32; i++) void push('f', 1000);
  assert.equal(batches[3]?.length, 32);
});

test('while the disk does not answer, pushes are told to come again', async () => {
  const clock = createSimClock();
  const atDisk: ((outcome: JobOutcome<PushedBatch>) => void)[] = [];
  const line = createPushLine(
    () => new Promise((resolve) => atDisk.push(resolve)),
    clock,
    () => 0,
  );
  const push = (): Promise<JobOutcome<PushOutput>> =>
    line.push({ tenant: ANONYMOUS, service: '', profiles: [] }, []);

  const first = push();
  const second = push();
  await clock.advance(10_000);
  assert.equal((await second).kind, 'timed-out');
  assert.equal((await push()).kind, 'timed-out');

  atDisk[0]?.({ kind: 'done', output: { outcomes: [[]], view: VIEW } });
  assert.equal((await first).kind, 'done');
  const next = push();
  assert.equal(atDisk.length, 2);
  atDisk[1]?.({ kind: 'done', output: { outcomes: [[]], view: VIEW } });
  assert.equal((await next).kind, 'done');
});
