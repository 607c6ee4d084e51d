import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  createSeededRandom,
  createSimClock,
  createSimFs,
  type SimClock,
} from '@emberscope/node-kit';
import { ofService } from './testing/deleted-series.ts';
import { openTestWriter, type TestWriter } from './testing/open-writer.ts';
import { DAY, drawn, HOUR, push, START_MILLIS } from './testing/writer-profiles.ts';

/** What was told of each profile so far. */
type Told = {
  /** Acknowledged, and not deleted. */
  readonly stored: Set<string>;
  /** A deletion was begun that may hold or not. */
  readonly unsure: Set<string>;
};

/**
 * Pushes, flush, deletion, merge and retention, with the power going at each operation of the disk
 * in turn. What was acknowledged must be there exactly once, and nothing else but the profile that
 * was on its way.
 */
test('whatever is acknowledged survives a crash at any moment, once', async () => {
  const whole = await runScenario(undefined, 1);
  assert.equal(whole.isCrashed, false);
  assert.ok(whole.operations > 100, `${whole.operations} operations`);
  let crashes = 0;
  for (let at = 1; at <= whole.operations; at += STEP) {
    const { isCrashed } = await runScenario(at, at);
    if (isCrashed) crashes++;
  }
  assert.ok(crashes > whole.operations / STEP / 2, `${crashes} crashes`);
});

/** All of them at full length, one in thirteen otherwise. */
const STEP = process.env.EMBERSCOPE_TESTS === 'all' ? 1 : 13;

async function runScenario(
  crashAt: number | undefined,
  seed: number,
): Promise<{ readonly operations: number; readonly isCrashed: boolean }> {
  const clock = createSimClock();
  const fs = createSimFs({ random: createSeededRandom(seed), clock });
  if (crashAt !== undefined) fs.crashAt(crashAt);
  const told: Told = { stored: new Set(), unsure: new Set() };
  let opened: TestWriter | undefined;
  try {
    opened = await openTestWriter({ fs, clock, retentionMillis: 3 * DAY });
    await scenario(opened, told);
  } catch (error) {
    if (!fs.isDown()) throw error;
  }
  const operations = fs.operationCount();
  const isCrashed = fs.isDown();
  // The dead process still has a timer: it meets nothing but a disk that is down.
  const after = await openTestWriter({
    fs: fs.crash(),
    clock: clockFrom(clock),
    retentionMillis: 3 * DAY,
    seed: seed + 1000,
  });
  checkIds(after, told, `after a crash at ${crashAt}`);
  await after.run(after.writer.flush());
  await push(after, drawn('main;serve;after 1')).then((outcome) => {
    if (outcome.kind === 'stored') told.stored.add(outcome.profileId.replaceAll('-', ''));
  });
  checkIds(after, told, `flushed after a crash at ${crashAt}`);
  const again = await openTestWriter({
    fs: after.fs.crash('lost'),
    clock: after.clock,
    retentionMillis: 3 * DAY,
  });
  checkIds(again, told, `opened once more after a crash at ${crashAt}`);
  assert.deepEqual(again.events, []);
  return { operations, isCrashed };
}

async function scenario(opened: TestWriter, told: Told): Promise<void> {
  const { writer, run } = opened;
  const store = async (text: string, service: string, millis = 0): Promise<string> => {
    const outcome = await push(opened, drawn(text, millis), service);
    if (outcome.kind !== 'stored') {
      assert.ok(opened.fs.isDown(), JSON.stringify(outcome));
      throw new Error('down');
    }
    const id = outcome.profileId.replaceAll('-', '');
    told.stored.add(id);
    return id;
  };
  await store('main;serve 3', 'a');
  const goneIds = [await store('main;serve 2', 'gone')];
  await store('main;old 1', 'a', START_MILLIS - DAY);
  await run(writer.flush());
  await store('main;serve;json 1', 'a');
  goneIds.push(await store('main 1', 'gone'));
  for (const id of goneIds) {
    told.stored.delete(id);
    told.unsure.add(id);
  }
  const answer = await run(writer.deleteSeries(ofService('gone')));
  if (answer.ok) told.unsure.clear();
  await store('main;new 1', 'gone');
  await run(writer.flush());
  opened.clock.jumpWall(DAY + 3 * HOUR);
  // Merges both days.
  await run(writer.runMaintenance());
  await run(writer.runMaintenance());
  await store('main;late 1', 'a', START_MILLIS);
  await run(writer.flush());
  await run(writer.runMaintenance());
  await run(writer.stop());
}

function checkIds(opened: TestWriter, { stored, unsure }: Told, when: string): void {
  const ids = opened.ids();
  assert.equal(new Set(ids).size, ids.length, `${when}: one is there twice`);
  const missing = [...stored].filter((id) => !ids.includes(id));
  assert.deepEqual(missing, [], `${when}: acknowledged and gone`);
  const others = ids.filter((id) => !stored.has(id) && !unsure.has(id));
  // The one that was at the disk when the power went, and was never answered.
  assert.ok(others.length <= 1, `${when}: ${others.length} that nobody was told of`);
  for (const id of others) unsure.add(id);
}

function clockFrom(clock: SimClock): SimClock {
  return createSimClock(clock.nowMillis());
}
