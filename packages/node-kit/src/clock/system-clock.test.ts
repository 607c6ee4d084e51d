import assert from 'node:assert/strict';
import { mock, test } from 'node:test';
import { systemClock } from './system-clock.ts';

test('it tells the time of this machine', () => {
  const before = Date.now();
  const nowMillis = systemClock.nowMillis();
  const nowNanos = systemClock.nowNanos();
  assert.ok(nowMillis >= before && nowMillis <= Date.now());
  assert.ok(nowNanos >= BigInt(before) * 1_000_000n);
});

test('a sleep lasts at least its time; aborted, it ends at once with the reason', async () => {
  const before = systemClock.monotonicMillis();
  await systemClock.sleep(20);
  // Node's timers count whole milliseconds and may be up to one early.
  assert.ok(systemClock.monotonicMillis() - before >= 19);
  await assert.rejects(systemClock.sleep(60_000, AbortSignal.abort(new Error('enough'))), /enough/);
  const abort = new AbortController();
  const slept = systemClock.sleep(60_000, abort.signal);
  abort.abort(new Error('enough now'));
  await assert.rejects(slept, /enough now/);
});

test('a stopped timer does not run; a timer every few ms runs until it is stopped', async () => {
  let stopped = 0;
  let runs = 0;
  const stop = systemClock.after(1, () => stopped++);
  stop();
  stop();
  await new Promise<void>((resolve) => {
    const stopEvery = systemClock.every(2, () => {
      if (++runs < 3) return;
      stopEvery();
      resolve();
    });
  });
  await systemClock.sleep(10);
  assert.deepEqual([stopped, runs], [0, 3]);
});

test('a wait of 60 days is not over at once', () => {
  mock.timers.enable({ apis: ['setTimeout'] });
  const nowMock = mock.method(performance, 'now', () => mockedMillis);
  let mockedMillis = 0;
  try {
    const day = 86_400_000;
    let runs = 0;
    systemClock.after(60 * day, () => runs++);
    const stop = systemClock.after(61 * day, () => runs++);
    systemClock.after(Number.POSITIVE_INFINITY, () => runs++);
    for (let i = 0; i < 59; i++) {
      mockedMillis += day;
      mock.timers.tick(day);
    }
    assert.equal(runs, 0);
    stop();
    for (let i = 0; i < 3; i++) {
      mockedMillis += day;
      mock.timers.tick(day);
    }
    assert.equal(runs, 1);
  } finally {
    nowMock.mock.restore();
    mock.timers.reset();
  }
});

test('a wait that is no number is refused', () => {
  assert.throws(() => systemClock.after(Number.NaN, () => {}), /NaN ms/);
});
