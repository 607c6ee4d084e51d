import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { formatUnixNanos, unixMillis } from '@emberscope/units';
import { createSimClock } from './sim-clock.ts';

test('it begins where it is told, and nothing moves by itself', async () => {
  const clock = createSimClock(unixMillis(1000));
  await new Promise((resolve) => setTimeout(resolve, 5));
  assert.equal(clock.nowMillis(), 1000);
  assert.equal(clock.nowNanos(), 1_000_000_000n);
  assert.equal(clock.monotonicMillis(), 0);
  assert.equal(formatUnixNanos(createSimClock().nowNanos()), '2026-11-24T00:00:00Z');
});

test('due timers run in the order of their time, then of their setting', async () => {
  const clock = createSimClock();
  const seen: string[] = [];
  const note = (name: string) => () => void seen.push(`${name} at ${clock.monotonicMillis()}`);
  clock.after(20, note('late'));
  clock.after(10, note('first of two'));
  clock.after(10, note('second of two'));
  clock.after(31, note('too late'));
  await clock.advance(30);
  assert.deepEqual(seen, ['first of two at 10', 'second of two at 10', 'late at 20']);
  assert.equal(clock.monotonicMillis(), 30);
  assert.equal(clock.pendingTimers(), 1);
});

test('promises go on between two timers, and what they set runs in its turn', async () => {
  const clock = createSimClock();
  const seen: string[] = [];
  const walk = async () => {
    await clock.sleep(10);
    for (let i = 0; i < 50; i++) await undefined;
    seen.push(`walked at ${clock.monotonicMillis()}`);
    await clock.sleep(5);
    seen.push(`slept at ${clock.monotonicMillis()}`);
  };
  const walked = walk();
  clock.after(11, () => void seen.push('timer at 11'));
  await clock.advance(100);
  await walked;
  assert.deepEqual(seen, ['walked at 10', 'timer at 11', 'slept at 15']);
});

test('a timer never runs within the call that sets it', async () => {
  const clock = createSimClock();
  let hasRun = false;
  clock.after(-5, () => {
    hasRun = true;
  });
  assert.equal(hasRun, false);
  await clock.advance(0);
  assert.equal(hasRun, true);
  assert.equal(clock.monotonicMillis(), 0);
});

test('the wall clock jumps; timers and the monotonic clock do not notice', async () => {
  const clock = createSimClock(unixMillis(1_000_000));
  let ranAt: number | undefined;
  clock.after(100, () => {
    ranAt = clock.monotonicMillis();
  });
  clock.jumpWall(-500_000);
  assert.equal(clock.nowMillis(), 500_000);
  await clock.advance(99);
  assert.equal(ranAt, undefined);
  clock.jumpWall(3_600_000);
  await clock.advance(1);
  assert.equal(ranAt, 100);
  assert.equal(clock.nowMillis(), 4_100_100);
});

describe('every', () => {
  test('does not drift, and stops from within', async () => {
    const clock = createSimClock();
    const ranAt: number[] = [];
    const stop = clock.every(10, () => {
      ranAt.push(clock.monotonicMillis());
      if (ranAt.length === 3) stop();
    });
    await clock.advance(95);
    assert.deepEqual(ranAt, [10, 20, 30]);
    assert.equal(clock.pendingTimers(), 0);
  });
  test('goes on after a run that throws', async () => {
    const clock = createSimClock();
    let runs = 0;
    clock.every(10, () => {
      if (++runs === 1) throw new Error('the first time');
    });
    await assert.rejects(clock.advance(15), /the first time/);
    await clock.advance(25);
    assert.equal(runs, 3);
  });
  for (const period of [0, -1, Number.NaN]) {
    test(`a period of ${period} is refused`, () => {
      assert.throws(() => createSimClock().every(period, () => {}), RangeError);
    });
  }
});

test('an aborted sleep rejects with the reason and leaves no timer', async () => {
  const clock = createSimClock();
  const abort = new AbortController();
  const slept = clock.sleep(1000, abort.signal);
  abort.abort(new Error('enough'));
  await assert.rejects(slept, /enough/);
  await assert.rejects(clock.sleep(1000, abort.signal), /enough/);
  assert.equal(clock.pendingTimers(), 0);
});

describe('runUntil', () => {
  test('moves from timer to timer and answers as the work does', async () => {
    const clock = createSimClock();
    const work = async () => {
      await clock.sleep(60_000);
      await clock.sleep(1);
      return 'done';
    };
    assert.equal(await clock.runUntil(work()), 'done');
    assert.equal(clock.monotonicMillis(), 60_001);
    await assert.rejects(clock.runUntil(Promise.reject(new Error('no luck'))), /no luck/);
  });
  test('finds the promise that nobody will keep', async () => {
    await assert.rejects(createSimClock().runUntil(new Promise(() => {})), /no timer is left/);
  });
  test('gives up on work that waits for ever', async () => {
    const clock = createSimClock();
    const stop = clock.every(1000, () => {});
    await assert.rejects(clock.runUntil(new Promise(() => {}), 5000), /after 5000 simulated ms/);
    stop();
  });
});

test('a timer that throws is heard, and the clock can go on', async () => {
  const clock = createSimClock();
  clock.after(5, () => {
    throw new Error('broken timer');
  });
  await assert.rejects(clock.advance(10), /broken timer/);
  await clock.advance(10);
  assert.equal(clock.monotonicMillis(), 15);
});

test('two moves at once are a mistake of the test', async () => {
  const clock = createSimClock();
  const first = clock.advance(1);
  await assert.rejects(clock.advance(1), /being moved already/);
  await first;
  await assert.rejects(clock.advance(-1), RangeError);
});
