import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createSeededRandom, createSimClock, createSimFs } from '@emberscope/node-kit';
import { unixMillis } from '@emberscope/units';
import { drawPush } from './testing/drawn-pushes.ts';
import { embeddedSubject } from './testing/embedded-subject.ts';
import { answersOf, FORMAT_1_NOW_MILLIS } from './testing/format-1-questions.ts';
import { countPagesByStack } from './testing/pages-by-stack.ts';

const DATA_DIR = '/data';
const HOUR_MILLIS = 3_600_000;

/*
 * Drawn lives of a store have few profiles in a day, which share little. This one has many: their
 * blocks are turned round by the merge, and must say what they said before.
 */
test('many profiles of a day say the same before and after they were merged', async () => {
  const random = createSeededRandom(11);
  const clock = createSimClock(unixMillis(FORMAT_1_NOW_MILLIS - 60 * HOUR_MILLIS));
  const fs = createSimFs({ random: createSeededRandom(12), clock });
  const subject = embeddedSubject({ ballastMaxBytes: 0 });
  const store = subject.open({
    ...{ fs, clock, dataDir: DATA_DIR, retentionMillis: undefined },
    random: createSeededRandom(13),
  });
  await clock.runUntil(store.start());
  for (let hour = 0; hour < 4; hour++) {
    for (let i = 0; i < 10; i++) {
      const world = { random, nowMillis: clock.nowMillis(), retentionNanos: undefined };
      const { tenant, series } = drawPush({ ...world, growsDictionaries: true });
      await clock.runUntil(store.push(tenant, series));
    }
    clock.jumpWall(HOUR_MILLIS);
    if (hour % 2 === 1) await clock.runUntil(store.flush());
  }
  const before = await clock.runUntil(answersOf(store));
  const pagesByStack = () => clock.runUntil(countPagesByStack(fs, DATA_DIR));
  assert.equal(await pagesByStack(), 0);
  clock.jumpWall(48 * HOUR_MILLIS);
  await clock.runUntil(store.runMaintenance());
  for (let i = 0; i < 10; i++) await clock.advance(1500);
  assert.ok((await pagesByStack()) > 5, `${await pagesByStack()} pages by stack`);
  assert.deepEqual(await clock.runUntil(answersOf(store)), before);
  await clock.runUntil(store.stop());
  assert.deepEqual(await clock.runUntil(subject.faultsOf(fs, DATA_DIR, false)), []);
});
