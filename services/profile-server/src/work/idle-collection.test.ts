import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { createSimClock } from '@emberscope/node-kit';
import { createIdleCollection } from './idle-collection.ts';

/** Something that is there until garbage is collected. */
function garbage(): () => boolean {
  const ref = new WeakRef({ text: 'gone soon' });
  return () => ref.deref() === undefined;
}

describe('a thread that becomes idle', () => {
  test('collects its garbage fifteen seconds after it was touched last', async () => {
    const clock = createSimClock();
    const idle = createIdleCollection(clock);
    const isGone = garbage();
    idle.touch();
    await clock.advance(5000);
    idle.touch();
    await clock.advance(7000);
    idle.touch();
    await clock.advance(14_999);
    assert.equal(isGone(), false);
    await clock.advance(1);
    assert.equal(isGone(), true);
    assert.equal(clock.pendingTimers(), 0);
  });

  test('has one timer for all that it does, and none that is made for each job', async () => {
    const clock = createSimClock();
    const waits: number[] = [];
    const idle = createIdleCollection({
      ...clock,
      after(millis, run) {
        waits.push(millis);
        return clock.after(millis, run);
      },
    });
    for (let job = 0; job < 100; job++) {
      idle.touch();
      await clock.advance(200);
    }
    assert.equal(clock.pendingTimers(), 1);
    await clock.advance(20_000);
    // The first is due 200 ms after a job, the second 10 s after the last one.
    assert.deepEqual(waits, [15_000, 14_800, 5000]);
    assert.equal(clock.pendingTimers(), 0);
  });

  test('does so again after its next job', async () => {
    const clock = createSimClock();
    const idle = createIdleCollection(clock);
    for (let job = 0; job < 2; job++) {
      const isGone = garbage();
      idle.touch();
      await clock.advance(15_000);
      assert.equal(isGone(), true);
    }
  });

  test('collects what is no work of its own as soon, however often there is more', async () => {
    const clock = createSimClock();
    const idle = createIdleCollection(clock);
    const isGone = garbage();
    for (let second = 0; second < 15; second++) {
      idle.arm();
      assert.equal(isGone(), false);
      await clock.advance(1000);
    }
    assert.equal(isGone(), true);
    // Beside work of its own it waits for that.
    const isNextGone = garbage();
    idle.arm();
    await clock.advance(10_000);
    idle.touch();
    await clock.advance(14_999);
    assert.equal(isNextGone(), false);
    await clock.advance(1);
    assert.equal(isNextGone(), true);
  });

  test('waits no more once it is stopped', async () => {
    const clock = createSimClock();
    const idle = createIdleCollection(clock);
    idle.touch();
    await clock.advance(5000);
    idle.stop();
    assert.equal(clock.pendingTimers(), 0);
    idle.touch();
    assert.equal(clock.pendingTimers(), 0);
  });

  test('collects at once when it is told to', async () => {
    const isGone = garbage();
    const idle = createIdleCollection(createSimClock());
    // What a turn has looked at is held until the next one.
    await new Promise((resolve) => setImmediate(resolve));
    idle.collect();
    assert.equal(isGone(), true);
  });
});

test('threads that begin to collect at the same time all do', () => {
  const program = new URL('./testing/collections.js', import.meta.url);
  const said = execFileSync(process.execPath, [fileURLToPath(program)], { encoding: 'utf8' });
  assert.equal(said, 'all collected\n');
});
