import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createSimClock } from '@emberscope/node-kit';
import type { BusyWith, Warmed } from './jobs.ts';
import { createPracticeTurns } from './practice-turns.ts';

/** Turns over threads whose slices take 10 ms, and say one after another what is given. */
function openTurns(says: Warmed[], { threadCount = 1, hasManyPushes = false } = {}) {
  const clock = createSimClock();
  const begun: { readonly atMillis: number; readonly busyWith: BusyWith }[] = [];
  let aborted = 0;
  const turns = createPracticeTurns({
    ...{ clock, threadCount },
    hasManyPushes: () => hasManyPushes,
    async slices(busyWith, signal) {
      begun.push({ atMillis: clock.monotonicMillis(), busyWith });
      await clock.sleep(10);
      if (signal.aborted) aborted++;
      return Array.from({ length: threadCount }, () => says.shift() ?? 'warm');
    },
  });
  let isPractised = false;
  void turns.practised.then(() => {
    isPractised = true;
  });
  return { clock, turns, begun, aborted: () => aborted, isPractised: () => isPractised };
}

test('slices follow one another until there is no more to do', async () => {
  const { clock, turns, begun, isPractised } = openTurns(['more', 'newest', 'warm']);
  await clock.runUntil(turns.go());
  assert.deepEqual(
    begun,
    [0, 10, 20].map((atMillis) => ({ atMillis, busyWith: 'nothing' })),
  );
  assert.ok(isPractised());
  await clock.runUntil(turns.go());
  assert.equal(begun.length, 3, 'warm is warm');
});

test('a question ends the slice that runs, and no other begins for 40 ms after its answer', async () => {
  const { clock, turns, begun, aborted } = openTurns(['more', 'more', 'more', 'cold']);
  const done = turns.go();
  await clock.advance(4);
  turns.asked();
  await clock.advance(10);
  assert.equal(aborted(), 1);
  await clock.advance(500);
  assert.equal(begun.length, 1, 'its thread has something to do');
  turns.asked();
  turns.answered();
  await clock.advance(100);
  assert.equal(begun.length, 1, 'one still waits');
  const answeredMillis = clock.monotonicMillis();
  turns.answered();
  await clock.advance(39);
  assert.equal(begun.length, 1);
  await clock.advance(41);
  const [, next] = begun;
  assert.equal(next?.busyWith, 'queries');
  assert.ok(next.atMillis >= answeredMillis + 40);
  await clock.runUntil(done);
  assert.equal(aborted(), 1);
  assert.equal(begun.length, 4);
});

test('what is cold is tried again when it is asked to, one loop at a time', async () => {
  const { clock, turns, begun } = openTurns(['cold', 'more', 'warm'], { hasManyPushes: true });
  await clock.runUntil(turns.go());
  assert.deepEqual(begun, [{ atMillis: 0, busyWith: 'pushes' }]);
  await clock.runUntil(Promise.all([turns.go(), turns.go()]));
  assert.equal(begun.length, 3);
});

test('all threads have practised once each has said so', async () => {
  const says: Warmed[] = ['newest', 'more', 'more', 'newest', 'warm', 'warm'];
  const { clock, turns, isPractised } = openTurns(says, { threadCount: 2 });
  const done = turns.go();
  await clock.advance(10);
  assert.ok(!isPractised());
  await clock.advance(10);
  assert.ok(isPractised());
  await clock.runUntil(done);
});

test('who stops begins no slice', async () => {
  const { clock, turns, begun } = openTurns(['more', 'more']);
  const done = turns.go();
  await clock.advance(5);
  turns.stop();
  await clock.runUntil(done);
  assert.equal(begun.length, 1);
});
