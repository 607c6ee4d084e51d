import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { createSeededRandom, createSimClock, createSimFs } from '@emberscope/node-kit';
import { sharedManifest } from '../manifest/manifest-bytes.ts';
import type { Maintenance } from './maintenance-jobs.ts';
import { ofService } from './testing/deleted-series.ts';
import {
  DATA_DIR,
  openTestWriter,
  type TestWriter,
  type TestWriterOptions,
} from './testing/open-writer.ts';
import { realMaintenance } from './testing/real-maintenance.ts';
import { DAY, drawn, HOUR, push, START_MILLIS, storedId } from './testing/writer-profiles.ts';

/** When what a merge has written is told. */
type Hold = {
  begun: number;
  /** All merges that are held, and those to come. */
  release(): void;
  /** Those that are held end as if their thread had. */
  end(): void;
};

function createHold(): { readonly hold: Hold; wait(): Promise<void> } {
  let isHeld = true;
  let waiting: { resolve: () => void; reject: (error: Error) => void }[] = [];
  const hold: Hold = {
    begun: 0,
    release() {
      isHeld = false;
      for (const { resolve } of waiting) resolve();
      waiting = [];
    },
    end() {
      for (const { reject } of waiting) reject(new Error('ended'));
      waiting = [];
    },
  };
  return {
    hold,
    wait() {
      hold.begun++;
      if (!isHeld) return Promise.resolve();
      return new Promise((resolve, reject) => {
        waiting.push({ resolve, reject });
      });
    },
  };
}

/** A writer with three segments of a day that is over, whose merge is written and not told. */
async function openMerging(
  options: TestWriterOptions = {},
  service = 'a',
): Promise<{ readonly opened: TestWriter; readonly hold: Hold; readonly ids: string[] }> {
  const { hold, wait } = createHold();
  const opened = await openTestWriter({
    ...options,
    wrap: (maintenance) => held((options.wrap ?? ((same) => same))(maintenance), hold, wait),
  });
  const ids: string[] = [];
  for (let i = 0; i < 3; i++) {
    ids.push(storedId(await push(opened, drawn(`main;f${i} 1`, START_MILLIS), service)));
    await opened.run(opened.writer.flush());
  }
  opened.clock.jumpWall(DAY + 2 * HOUR);
  await opened.clock.advance(1500);
  assert.equal(hold.begun, 1);
  return { opened, hold, ids };
}

function held(maintenance: Maintenance, hold: Hold, wait: () => Promise<void>): Maintenance {
  return {
    flush: maintenance.flush,
    async merge(job) {
      const merged = await maintenance.merge(job);
      await wait();
      return merged;
    },
    async endMerge() {
      hold.end();
    },
  };
}

const segmentsOf = ({ writer }: TestWriter) => sharedManifest(writer.view().manifest).segments;

const kindsOf = (opened: TestWriter) => segmentsOf(opened).map(({ kind }) => kind);

async function filesIn({ fs }: TestWriter, folder: string): Promise<string[]> {
  const entries = await fs.readdir(`${DATA_DIR}/${folder}`).catch(() => []);
  return entries.map(({ name }) => name);
}

describe('beside a merge', () => {
  test('flushes go on, so that pushes are taken beyond what the log may hold', async () => {
    const { opened, hold, ids } = await openMerging({
      limits: { generationMaxBytes: 1500, headMaxBytes: 5000 },
    });
    for (let i = 0; i < 60; i++) {
      // Of the day that is merged, and of today.
      const timeMillis = i % 2 === 0 ? START_MILLIS : 0;
      ids.push(storedId(await push(opened, drawn(`main;f1;g${i} 1`, timeMillis))));
      await opened.clock.advance(10);
    }
    const before = kindsOf(opened);
    assert.ok(before.length > 6 && before.every((kind) => kind === 'flush'), before.join());
    assert.equal(hold.begun, 1);
    assert.deepEqual(opened.ids(), ids.toSorted());
    hold.release();
    await opened.clock.advance(100);
    assert.equal(kindsOf(opened).filter((kind) => kind === 'day').length, 1);
    assert.equal(kindsOf(opened).length, before.length - 2);
    assert.deepEqual(opened.ids(), ids.toSorted());
    assert.equal(new Set(segmentsOf(opened).map(({ file }) => file)).size, before.length - 2);

    assert.deepEqual(opened.events, []);
    const again = await openTestWriter({ fs: opened.fs.crash('lost'), clock: opened.clock });
    ids.push(storedId(await push(again, drawn('main;f1;g0;h 1', START_MILLIS))));
    await again.run(again.writer.flush());
    await again.clock.advance(3000);
    assert.deepEqual(again.ids(), ids.toSorted());
    assert.deepEqual(
      segmentsOf(again)
        .filter(({ day }) => day === START_MILLIS / DAY)
        .map(({ kind }) => kind),
      ['day'],
    );
    assert.deepEqual(again.events, []);
  });

  test('dictionaries go on from the merged rows to those of real segments', async () => {
    const clock = createSimClock();
    const fs = createSimFs({ random: createSeededRandom(1), clock });
    const { opened, hold } = await openMerging({ fs, clock, wrap: () => realMaintenance(fs) });
    await push(opened, drawn('main;f0;late 1', START_MILLIS));
    await opened.run(opened.writer.flush());
    hold.release();
    await opened.clock.advance(100);
    assert.deepEqual(kindsOf(opened).toSorted(), ['day', 'flush']);
    assert.deepEqual(opened.events, []);
    const restarted = fs.crash('lost');
    const again = await openTestWriter({
      fs: restarted,
      clock,
      wrap: () => realMaintenance(restarted),
    });
    await push(again, drawn('main;f0;late;x 1', START_MILLIS));
    assert.deepEqual(
      again.writer.stats().dictionaries.map(({ stacks }) => stacks),
      [6],
    );
    await again.clock.advance(2000);
    assert.deepEqual(kindsOf(again), ['day']);
    assert.equal(again.writer.stats().profileCount, 5);
    assert.deepEqual(again.events, []);
  });

  test('no other merge is begun', async () => {
    const { opened, hold } = await openMerging();
    await push(opened, drawn('main 1', START_MILLIS - 3 * DAY));
    await opened.run(opened.writer.flush());
    await opened.clock.advance(5000);
    assert.equal(hold.begun, 1);
    hold.release();
    await opened.clock.advance(5000);
    assert.equal(hold.begun, 2);
    assert.deepEqual(kindsOf(opened), ['day', 'day']);
  });

  test('a day that retention takes is gone, and what the merge wrote goes', async () => {
    const { opened, hold } = await openMerging({ retentionMillis: 2 * DAY });
    opened.clock.jumpWall(2 * DAY);
    const late = storedId(await push(opened, drawn('main;f1 1', START_MILLIS + 2 * DAY)));
    await opened.clock.advance(1500);
    assert.deepEqual(segmentsOf(opened), []);
    assert.equal((await filesIn(opened, '2026-11-24')).length, 4);
    hold.release();
    await opened.clock.advance(1500);
    assert.deepEqual(segmentsOf(opened), []);
    assert.deepEqual(opened.ids(), [late]);
    assert.equal(opened.writer.stats().diskBytes.rollup, 0);
    await opened.clock.advance(122_000);
    assert.deepEqual(await filesIn(opened, '2026-11-24'), []);
    const rollups = await filesIn(opened, 'rollup');
    assert.ok(!rollups.some((name) => name.startsWith('2026-11-24')), rollups.join());
    assert.deepEqual(
      opened.events.map(({ level }) => level),
      ['info'],
    );
  });

  test('a deletion hides what is merged as well, and the next merge leaves it out', async () => {
    const { opened, hold, ids } = await openMerging();
    const kept = storedId(await push(opened, drawn('main;f0 1', START_MILLIS), 'kept'));
    assert.ok((await opened.run(opened.writer.deleteSeries(ofService('a')))).ok);
    const after = storedId(await push(opened, drawn('main;f1;new 1', START_MILLIS)));
    assert.deepEqual(opened.ids(), [kept, after].toSorted());
    await opened.run(opened.writer.flush());
    hold.release();
    await opened.clock.advance(100);
    assert.deepEqual(kindsOf(opened).toSorted(), ['day', 'flush']);
    const day = segmentsOf(opened).find(({ kind }) => kind === 'day');
    assert.equal(day?.profileCount, ids.length);
    assert.deepEqual(opened.ids(), [kept, after].toSorted());
    assert.equal(sharedManifest(opened.writer.view().manifest).deletions.length, 1);
    await opened.clock.advance(3000);
    assert.deepEqual(opened.ids(), [kept, after].toSorted());
    assert.deepEqual(
      segmentsOf(opened).map(({ profileCount }) => profileCount),
      [2],
    );
    assert.deepEqual(sharedManifest(opened.writer.view().manifest).deletions, []);
  });

  test('a stop does not wait for it, and the next start takes away what it wrote', async () => {
    const { opened, ids } = await openMerging();
    ids.push(storedId(await push(opened, drawn('main;f1;late 1', START_MILLIS))));
    await opened.run(opened.writer.stop());
    assert.deepEqual(await filesIn(opened, 'log'), []);
    assert.equal((await filesIn(opened, 'rollup')).length, 1);
    const again = await openTestWriter({ fs: opened.fs.crash('lost'), clock: opened.clock });
    assert.equal((await filesIn(again, 'rollup')).length, 0);
    assert.equal((await filesIn(again, '2026-11-24')).length, 4);
    assert.deepEqual(kindsOf(again), ['flush', 'flush', 'flush', 'flush']);
    assert.deepEqual(again.ids(), ids.toSorted());
    await again.clock.advance(3000);
    assert.deepEqual(kindsOf(again), ['day']);
    assert.deepEqual(again.ids(), ids.toSorted());
  });

  test('a disk that is nearly full for it takes no day from the store', async () => {
    const clock = createSimClock();
    const fs = createSimFs({ random: createSeededRandom(1), clock, capacityBytes: 100_000 });
    const { opened, hold, ids } = await openMerging({ fs, clock, dropsOldestWhenFull: true });
    const filler = await fs.open('/filler', 'truncate');
    const { freeBytes } = await fs.space('/');
    await filler.write(new Uint8Array(freeBytes - 20_000), 0);
    await opened.clock.advance(2000);
    assert.deepEqual(opened.ids(), ids.toSorted());
    hold.release();
    await opened.clock.advance(2000);
    assert.deepEqual(kindsOf(opened), ['day']);
    assert.deepEqual(opened.ids(), ids.toSorted());
  });
});
