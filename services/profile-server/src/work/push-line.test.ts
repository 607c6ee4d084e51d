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

test('while the disk does not answer, pushes are told to come again', async () => {
  const clock = createSimClock();
  const atDisk: ((outcome: JobOutcome<PushedBatch>) => void)[] = [];
  const line = createPushLine(() => new Promise((resolve) => atDisk.push(resolve)), clock);
  const push = (): Promise<JobOutcome<PushOutput>> =>
    line.push({ tenant: ANONYMOUS, profiles: [] }, []);

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
