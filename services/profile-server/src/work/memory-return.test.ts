import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { createSimClock } from '@emberscope/node-kit';
import { createMemoryReturn } from './memory-return.ts';

function returned(isBusy: () => boolean = () => false) {
  const clock = createSimClock();
  const begin = clock.monotonicMillis();
  const seconds: number[] = [];
  const memory = createMemoryReturn(
    clock,
    () => void seconds.push((clock.monotonicMillis() - begin) / 1000),
    isBusy,
  );
  /** Work every second. */
  const work = async (forSeconds: number) => {
    for (let i = 0; i < forSeconds; i++) {
      memory.touch();
      await clock.advance(1000);
    }
  };
  return { clock, memory, seconds, work };
}

describe('memory is given back', () => {
  test('seventeen seconds after the last work, once', async () => {
    const { clock, seconds, work } = returned();
    await work(10);
    await clock.advance(600_000);
    assert.deepEqual(seconds, [9 + 17]);
    assert.equal(clock.pendingTimers(), 0);
  });

  test('every minute while there is work, and once more behind it', async () => {
    const { clock, seconds, work } = returned();
    await work(130);
    await clock.advance(600_000);
    assert.deepEqual(seconds, [60, 120, 129 + 17]);
    assert.equal(clock.pendingTimers(), 0);
  });

  test('behind the last work also where that was just before the minute', async () => {
    const { clock, seconds, work } = returned();
    await work(60);
    await clock.advance(600_000);
    assert.deepEqual(seconds, [60, 59 + 17]);
  });

  test('not while much is pushed', async () => {
    let isBusy = true;
    const { clock, seconds, work } = returned(() => isBusy);
    await work(130);
    assert.deepEqual(seconds, []);
    isBusy = false;
    await work(60);
    await clock.advance(600_000);
    assert.deepEqual(seconds, [180, 189 + 17]);
  });

  test('behind the last work also while much is said to be pushed', async () => {
    const { clock, seconds, work } = returned(() => true);
    await work(10);
    await clock.advance(600_000);
    assert.deepEqual(seconds, [9 + 17]);
  });

  test('again after the next work', async () => {
    const { clock, seconds, work } = returned();
    await work(1);
    await clock.advance(99_000);
    await work(1);
    await clock.advance(600_000);
    assert.deepEqual(seconds, [17, 100 + 17]);
  });

  test('no more once it was stopped', async () => {
    const { clock, memory, seconds } = returned();
    memory.touch();
    memory.stop();
    await clock.advance(600_000);
    memory.touch();
    await clock.advance(600_000);
    assert.deepEqual(seconds, []);
    assert.equal(clock.pendingTimers(), 0);
  });
});
