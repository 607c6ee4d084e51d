import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { createSimClock } from '@emberscope/node-kit';
import { createHeldTime } from './held-time.ts';

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

function heldTime(likelyAheadMillis: number = DAY) {
  const clock = createSimClock();
  const begin = clock.nowMillis();
  const jumps: number[] = [];
  const time = createHeldTime({
    clock,
    likelyMillis: begin + likelyAheadMillis,
    holdMillis: HOUR,
    onJump: (millis) => void jumps.push(millis),
  });
  /** Since the begin, by the time that is held. */
  const passed = () => time.nowMillis() - begin;
  async function wait(millis: number): Promise<void> {
    for (let left = millis; left > 0; left -= 10 * SECOND) {
      await clock.advance(Math.min(left, 10 * SECOND));
      time.nowMillis();
    }
  }
  return { clock, jumps, passed, wait };
}

describe('the time that retention goes by', () => {
  test('goes as the wall clock does, and follows one that is slewed', async () => {
    const { clock, jumps, passed, wait } = heldTime();
    await wait(3 * HOUR);
    clock.jumpWall(2 * SECOND);
    assert.equal(passed(), 3 * HOUR + 2 * SECOND);
    assert.deepEqual(jumps, []);
  });

  test('takes a jump forward when it has held for an hour', async () => {
    const { clock, jumps, passed, wait } = heldTime();
    clock.jumpWall(400 * DAY);
    assert.equal(passed(), 0);
    await wait(HOUR - MINUTE);
    assert.equal(passed(), HOUR - MINUTE);
    await wait(MINUTE);
    assert.equal(passed(), 400 * DAY + HOUR);
    assert.deepEqual(jumps, [400 * DAY]);
  });

  test('never sees a jump that was taken back, and counts a second one anew', async () => {
    const { clock, jumps, passed, wait } = heldTime();
    clock.jumpWall(400 * DAY);
    await wait(HOUR - MINUTE);
    clock.jumpWall(-400 * DAY);
    await wait(HOUR);
    assert.equal(passed(), 2 * HOUR - MINUTE);
    clock.jumpWall(400 * DAY);
    await wait(HOUR - MINUTE);
    clock.jumpWall(DAY);
    await wait(MINUTE);
    assert.equal(passed(), 3 * HOUR - MINUTE);
    await wait(HOUR);
    assert.equal(passed(), 401 * DAY + 4 * HOUR - MINUTE);
    assert.equal(jumps.length, 3);
  });

  test('follows a clock that is set back at once', () => {
    const { clock, passed } = heldTime();
    clock.jumpWall(-DAY);
    assert.equal(passed(), -DAY);
  });

  test('begins where what is stored makes it likely', async () => {
    const { passed, wait, jumps } = heldTime(-30 * DAY);
    assert.equal(passed(), -30 * DAY);
    await wait(HOUR);
    assert.equal(passed(), HOUR);
    assert.deepEqual(jumps, [30 * DAY]);
  });
});
