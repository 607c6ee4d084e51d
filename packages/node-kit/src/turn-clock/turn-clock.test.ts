import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { openScheduleReader } from './thread-schedule.ts';
import { startTurnClock, type Turn } from './turn-clock.ts';

/** Keeps the thread busy for so long, on its own CPU clock: a shared machine may take longer. */
function spin(millis: number): void {
  const start = process.cpuUsage();
  for (;;) {
    const { user, system } = process.cpuUsage(start);
    if (user + system >= millis * 1000) return;
  }
}

async function longTurnsOf(work: () => void): Promise<readonly Turn[]> {
  const turns: Turn[] = [];
  const clock = startTurnClock({ thresholdMillis: 40, onLongTurn: (turn) => turns.push(turn) });
  await sleep(30);
  work();
  await sleep(30);
  clock.stop();
  return turns;
}

test('a turn that is busy for long is told', async () => {
  const turns = await longTurnsOf(() => spin(60));
  // Its own time is long enough, however long it waited for a core besides; others may have, too.
  assert.ok(
    turns.some(({ millis, isStarved }) => !isStarved && millis >= 55),
    turns.map(({ millis }) => `${millis} ms`).join(', '),
  );
});

test('a turn that waits without a core, as for a disk, is told too', async () => {
  const cell = new Int32Array(new SharedArrayBuffer(4));
  // On a busy machine a turn may wait for a core as well, and long enough to count as starved.
  for (let tries = 0; tries < 20; tries++) {
    const turns = await longTurnsOf(() => Atomics.wait(cell, 0, 0, 60));
    assert.ok(turns.length >= 1);
    if (turns.some(({ isStarved }) => !isStarved)) return;
  }
  assert.fail('20 turns, and all of them starved');
});

test('waiting for something to do is no turn', async () => {
  const turns: Turn[] = [];
  const clock = startTurnClock({ thresholdMillis: 40, onLongTurn: (turn) => turns.push(turn) });
  await sleep(200);
  clock.stop();
  // A machine with other work may stop any thread at any place; that is what starved means.
  assert.deepEqual(
    turns.filter(({ isStarved }) => !isStarved),
    [],
  );
});

test('the longest turn is given once', async () => {
  const clock = startTurnClock({ thresholdMillis: 1000, onLongTurn: () => {} });
  after(() => clock.stop());
  // On a busy machine the next turn may be as long, for want of a core.
  for (let tries = 0; tries < 20; tries++) {
    await sleep(10);
    spin(30);
    await sleep(10);
    assert.ok(clock.takeLongestMillis() >= 25);
    await sleep(10);
    if (clock.takeLongestMillis() < 25) return;
  }
  assert.fail('the longest turn was given twice, 20 times over');
});

test('it keeps no process alive', async () => {
  const url = new URL('./turn-clock.js', import.meta.url).href;
  const code = `import(${JSON.stringify(url)}).then((m) => m.startTurnClock({ thresholdMillis: 40, onLongTurn() {} }))`;
  const worker = new Worker(code, { eval: true });
  const [exitCode] = await Promise.race([
    new Promise<[number]>((resolve) => worker.once('exit', (code) => resolve([code]))),
    sleep(5000, [-1]),
  ]);
  assert.equal(exitCode, 0);
});

test('where the scheduler tells nothing, nothing is starved', () => {
  const reader = openScheduleReader('/proc/thread-self/no-such-file');
  assert.equal(reader.read(), undefined);
  reader.close();
});
