import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { sharedManifest } from '../manifest/manifest-bytes.ts';
import { ofService } from './testing/deleted-series.ts';
import {
  createTestWriter,
  DATA_DIR,
  openTestWriter,
  type TestWriter,
} from './testing/open-writer.ts';
import {
  DAY,
  drawn,
  HOUR,
  one,
  push,
  START_MILLIS,
  storedId,
  TENANT,
  testPushId,
} from './testing/writer-profiles.ts';

/** Lets wall time pass at once, and the timers of a second and a half run. */
async function later({ clock }: TestWriter, millis: number): Promise<void> {
  clock.jumpWall(millis - 1500);
  await clock.advance(1500);
}

describe('retention', () => {
  test('takes nothing for a clock that jumped, until the jump has held', async () => {
    const limits = { jumpHeldMillis: HOUR };
    const opened = await openTestWriter({ retentionMillis: DAY, limits });
    await push(opened, drawn('main 1'));
    await opened.run(opened.writer.flush());
    opened.clock.jumpWall(400 * DAY);
    await opened.clock.advance(HOUR / 2);
    assert.equal(opened.writer.stats().segmentCount, 1);
    assert.deepEqual(
      opened.events.map(({ message }) => message),
      [
        'the clock is 576000 minutes ahead of what it was, or of all that is stored: what is too old by it is deleted when it has stood for 60 minutes',
      ],
    );
    // A start does not make it true.
    await opened.run(opened.writer.stop());
    const { clock } = opened;
    const again = await openTestWriter({
      fs: opened.fs.kill(),
      ...{ clock, retentionMillis: DAY, limits },
    });
    await clock.advance(HOUR / 2);
    assert.equal(again.writer.stats().segmentCount, 1);
    clock.jumpWall(-400 * DAY);
    await clock.advance(HOUR);
    assert.equal(again.writer.stats().segmentCount, 1);
    clock.jumpWall(3 * DAY);
    await clock.advance(HOUR + 3000);
    assert.equal(again.writer.stats().segmentCount, 0);
  });
});

describe('a push', () => {
  test('is visible and durable when it is answered', async () => {
    const opened = await openTestWriter();
    const ids = [
      storedId(await push(opened, drawn('main;serve 3', START_MILLIS))),
      storedId(await push(opened, drawn('main;serve 1\nmain 2'))),
      storedId(await push(opened, drawn('main;gc 1', START_MILLIS - 3 * DAY), 'b')),
    ].sort();
    assert.deepEqual(opened.ids(), ids);
    const again = await openTestWriter({ fs: opened.fs.crash('lost'), clock: opened.clock });
    assert.deepEqual(again.ids(), ids);
    assert.equal(again.writer.stats().profileCount, 3);
    assert.equal(again.writer.stats().seriesCount, 2);
    assert.equal(again.writer.stats().damagedRecords, 0);
  });

  test('goes on with the dictionary of the day after a restart', async () => {
    let opened = await openTestWriter();
    await push(opened, drawn('main;serve 3'));
    for (const next of ['main;serve;json 1', 'main;serve 2\nmain;other 1']) {
      opened = await openTestWriter({ fs: opened.fs.crash('lost'), clock: opened.clock });
      await push(opened, drawn(next));
    }
    await opened.run(opened.writer.flush());
    opened = await openTestWriter({ fs: opened.fs.crash('lost'), clock: opened.clock });
    await push(opened, drawn('main;serve;json 1'));
    await push(opened, drawn('new;serve;json 1'));
    assert.equal(opened.ids().length, 5);
    assert.deepEqual(
      opened.writer.stats().dictionaries.map(({ service, stacks }) => ({ service, stacks })),
      [{ service: 'a', stacks: 7 }],
    );
    assert.deepEqual(opened.events, []);
  });

  test('with a known id is acknowledged once more, also after restart and flush', async () => {
    const opened = await openTestWriter();
    await push(opened, drawn('main 1'), 'a', testPushId(1));
    assert.equal((await push(opened, drawn('main 1'), 'a', testPushId(1))).kind, 'duplicate');
    const [first, second] = await opened.run(
      Promise.all(
        [2, 2].map((id) => opened.writer.push(TENANT, one(drawn('main 1'), 'a', testPushId(id)))),
      ),
    );
    assert.equal(first?.[0]?.[0]?.kind, 'stored');
    assert.equal(second?.[0]?.[0]?.kind, 'duplicate');
    assert.equal(opened.writer.stats().duplicatePushes, 2);
    const again = await openTestWriter({ fs: opened.fs.crash('lost'), clock: opened.clock });
    assert.equal((await push(again, drawn('main 1'), 'a', testPushId(2))).kind, 'duplicate');
    assert.equal(again.ids().length, 2);
  });

  test('is refused as the store in memory refuses it', async () => {
    const opened = await openTestWriter({ retentionMillis: DAY, maxSeries: 1 });
    const old = await push(opened, drawn('main 1', START_MILLIS - DAY - 1));
    assert.ok(old.kind === 'refused' && old.refusal.kind === 'older-than-retention');
    assert.equal((await push(opened, drawn('main 0'))).kind, 'empty');
    await push(opened, drawn('main 1'));
    const more = await push(opened, drawn('main 1'), 'b');
    assert.deepEqual(more, {
      kind: 'refused',
      refusal: {
        kind: 'too-many-series',
        reason: 'the tenant has 1 series; the limit is 1',
        limitSeries: 1,
      },
    });
    assert.equal((await push(opened, drawn('main 2'))).kind, 'stored');
  });

  test('with too large a profile is refused for good, and the next one is not', async () => {
    const opened = await openTestWriter({ limits: { recordMaxBytes: 200 } });
    await push(opened, drawn('main 1'));
    const large = await push(opened, drawn(`main;${'x'.repeat(300)} 1`));
    assert.ok(large.kind === 'refused' && large.refusal.kind === 'too-large');
    assert.match(
      large.refusal.reason,
      /^a profile of \d+ bytes as the store writes it; the limit is 200$/,
    );
    assert.equal((await push(opened, drawn('main 1'))).kind, 'stored');
    assert.equal(opened.ids().length, 2);
  });

  test('is refused while the writer does not run', async () => {
    const opened = createTestWriter();
    const before = await opened.writer.push(TENANT, one(drawn('main 1')));
    assert.match(JSON.stringify(before), /has not been started, or has stopped/);
  });
});

test('pushes that come while the disk is busy become one batch', async () => {
  const opened = await openTestWriter();
  const pushes = Array.from({ length: 50 }, (_, i) =>
    opened.writer.push(TENANT, one(drawn('main 1', START_MILLIS + i))),
  );
  await opened.run(Promise.all(pushes));
  const { fsync, committedProfiles } = opened.writer.stats();
  assert.equal(committedProfiles, 50);
  assert.ok(fsync.count <= 3, `${fsync.count} commits`);
  assert.equal(opened.ids().length, 50);
});

describe('limits', () => {
  test('a full dictionary gets a successor', async () => {
    const opened = await openTestWriter({ limits: { dictionaryMaxBytes: 4000 } });
    for (let i = 0; i < 20; i++) await push(opened, drawn(`main;f${i} 1`));
    assert.equal(opened.ids().length, 20);
    await opened.run(opened.writer.flush());
    const again = await openTestWriter({ fs: opened.fs.crash('lost'), clock: opened.clock });
    await push(again, drawn('main;more 1'));
    assert.equal(again.ids().length, 21);
  });

  test('dictionaries used least recently are let go and read again', async () => {
    const opened = await openTestWriter({ limits: { dictionariesMaxBytes: 8000 } });
    for (let i = 0; i < 5; i++) {
      for (const service of ['a', 'b', 'c', 'd'])
        await push(opened, drawn(`main;f${i} 1`), service);
      if (i === 2) await opened.run(opened.writer.flush());
    }
    assert.equal(opened.ids().length, 20);
    assert.ok(opened.writer.stats().dictionaries.length < 4);
    assert.deepEqual(opened.events, []);
  });

  test('dictionaries of old days are let go when no more of them comes', async () => {
    const opened = await openTestWriter();
    await push(opened, drawn('main;f1 1'), 'today');
    await push(opened, drawn('main;f1 1', START_MILLIS - DAY), 'old');
    await opened.clock.advance(20_000);
    assert.equal(opened.writer.stats().dictionaries.length, 2);
    await opened.clock.advance(20_000);
    assert.deepEqual(
      opened.writer.stats().dictionaries.map(({ service }) => service),
      ['today'],
    );
    await push(opened, drawn('main;f2 1', START_MILLIS - DAY), 'old');
    assert.deepEqual(
      opened.writer.stats().dictionaries.map(({ stacks }) => stacks),
      [3, 2],
    );
    assert.deepEqual(opened.events, []);
  });

  test('dictionaries that nothing is written with are let go and read again', async () => {
    const opened = await openTestWriter();
    await push(opened, drawn('main;f1 1'), 'a');
    await opened.clock.advance(10 * 60_000);
    await push(opened, drawn('main;f1 1'), 'b');
    assert.equal(opened.writer.stats().dictionaries.length, 2);
    await opened.clock.advance(6 * 60_000);
    assert.deepEqual(
      opened.writer.stats().dictionaries.map(({ service }) => service),
      ['b'],
    );
    await push(opened, drawn('main;f2 1'), 'a');
    assert.equal(opened.writer.stats().dictionaries[0]?.stacks, 3);
    assert.equal(opened.ids().length, 3);
    assert.deepEqual(opened.events, []);
  });

  test('a generation of too many dictionaries is cut', async () => {
    const opened = await openTestWriter({ limits: { epochsPerGeneration: 2 } });
    for (const service of ['a', 'b', 'c', 'd', 'e']) await push(opened, drawn('main 1'), service);
    await opened.clock.advance(100);
    assert.equal(opened.ids().length, 5);
    assert.equal(opened.writer.stats().segmentCount, 2);
  });

  test('a generation of its size is cut and flushed', async () => {
    const opened = await openTestWriter({ limits: { generationMaxBytes: 2000 } });
    for (let i = 0; i < 30; i++) await push(opened, drawn(`main;f${i} 1`));
    await opened.clock.advance(100);
    assert.ok(opened.writer.stats().segmentCount >= 1);
    assert.equal(opened.ids().length, 30);
  });

  test('pushes wait outside while too much is not in segments', async () => {
    const opened = await openTestWriter({ limits: { headMaxBytes: 1000 } });
    let refused: string | undefined;
    for (let i = 0; i < 30 && refused === undefined; i++) {
      const outcome = await push(opened, drawn(`main;f${i} 1`));
      if (outcome.kind === 'refused' && outcome.refusal.kind === 'store') {
        refused = outcome.refusal.error.reason;
      }
    }
    assert.match(refused ?? '', /bytes are in the log and not in segments; the limit is 1000$/);
    await opened.run(opened.writer.flush());
    assert.equal((await push(opened, drawn('main 1'))).kind, 'stored');
  });

  test('pushes wait outside while too many bytes wait for the disk', async () => {
    const opened = await openTestWriter({ limits: { waitingMaxBytes: 100 } });
    const pushes = Array.from({ length: 5 }, (_, i) =>
      opened.writer.push(TENANT, one(drawn(`main;f${i} 1`))).then((outcomes) => outcomes[0]?.[0]),
    );
    const outcomes = await opened.run(Promise.all(pushes));
    assert.equal(outcomes[0]?.kind, 'stored');
    assert.match(JSON.stringify(outcomes[4]), /bytes wait for the disk; the limit is 100"/);
    assert.equal((await push(opened, drawn('main 1'))).kind, 'stored');
  });

  test('pushes wait outside while the disk does not answer', async () => {
    const opened = await openTestWriter();
    await push(opened, drawn('main 1'));
    opened.fs.setScript(({ operation, path }) =>
      operation === 'datasync' && path.endsWith('.log')
        ? { kind: 'slow', millis: 15_000 }
        : undefined,
    );
    const slow = opened.writer.push(TENANT, one(drawn('main 1')));
    await opened.clock.advance(10_500);
    const refused = await opened.writer.push(TENANT, one(drawn('main 1')));
    assert.match(JSON.stringify(refused), /the disk has not answered for 10500 ms"/);
    assert.equal((await opened.run(slow))[0]?.[0]?.kind, 'stored');
    assert.equal(opened.writer.stats().fsync.longestSeconds, 15);
  });
});

describe('flush', () => {
  test('happens 90 s after the hour, and the log file goes', async () => {
    const opened = await openTestWriter();
    await push(opened, drawn('main 1', START_MILLIS));
    await later(opened, HOUR + 89_000);
    assert.equal(opened.writer.stats().segmentCount, 0);
    await opened.clock.advance(2000);
    const stats = opened.writer.stats();
    assert.equal(stats.segmentCount, 1);
    assert.equal(stats.headBytes, 0);
    assert.equal(opened.ids().length, 1);
    assert.deepEqual(await namesIn(opened, 'log'), []);
  });

  test('is told of, for what was in the log is garbage then', async () => {
    let told = 0;
    const opened = await openTestWriter({ onLetGo: () => told++ });
    await push(opened, drawn('main 1', START_MILLIS));
    await later(opened, HOUR + 89_000);
    assert.equal(told, 0);
    await opened.clock.advance(5000);
    assert.equal(opened.writer.stats().segmentCount, 1);
    assert.equal(told, 1);
  });

  test('of late profiles happens once nothing came for 20 s', async () => {
    const opened = await openTestWriter();
    await push(opened, drawn('main 1', START_MILLIS - 2 * DAY));
    await opened.clock.advance(19_000);
    await push(opened, drawn('main 1', START_MILLIS - DAY));
    await opened.clock.advance(18_000);
    assert.equal(opened.writer.stats().segmentCount, 0);
    await opened.clock.advance(3000);
    assert.ok(opened.writer.stats().segmentCount > 0);
    assert.equal(opened.ids().length, 2);
  });

  test('that fails keeps everything, and is tried again after growing pauses', async () => {
    let attempts = 0;
    let isBroken = true;
    const again = await openTestWriter({
      wrap: (maintenance) => ({
        ...maintenance,
        flush: async (job) => {
          attempts++;
          if (isBroken) throw new Error('no luck');
          return maintenance.flush(job);
        },
      }),
    });
    await push(again, drawn('main 1'));
    await later(again, HOUR + 92_000);
    const before = attempts;
    await again.clock.advance(60_000);
    assert.ok(attempts - before >= 4 && attempts - before <= 7, `${attempts - before} attempts`);
    assert.match(again.events[0]?.message ?? '', /^a flush failed and is tried again: no luck$/);
    assert.equal(again.writer.stats().segmentCount, 0);
    isBroken = false;
    await again.clock.advance(61_000);
    assert.equal(again.writer.stats().segmentCount, 1);
  });

  test('of everything happens at stop', async () => {
    const opened = await openTestWriter();
    await push(opened, drawn('main 1'));
    await opened.run(opened.writer.stop());
    assert.deepEqual(await namesIn(opened, 'log'), []);
    assert.ok(!(await namesIn(opened, '')).includes('LOCK'));
    const again = await openTestWriter({ fs: opened.fs.crash('lost'), clock: opened.clock });
    assert.equal(again.ids().length, 1);
  });
});

describe('merges', () => {
  test('a day that ended two hours ago becomes one segment and a roll-up', async () => {
    const opened = await openTestWriter();
    for (let i = 0; i < 3; i++) {
      await push(opened, drawn(`main;f${i} 1`));
      await opened.run(opened.writer.flush());
    }
    await later(opened, DAY + 2 * HOUR - 5000);
    assert.equal(opened.writer.stats().segmentCount, 3);
    await opened.clock.advance(7000);
    const { segments, rollups } = sharedManifest(opened.writer.view().manifest);
    assert.deepEqual(
      segments.map(({ kind }) => kind),
      ['day'],
    );
    assert.equal(rollups.length, 1);
    assert.equal(opened.ids().length, 3);
    await opened.clock.advance(121_000);
    assert.equal((await namesIn(opened, '2026-11-24')).length, 1);
    await push(opened, drawn('main;late 1', START_MILLIS));
    await opened.clock.advance(70_000);
    assert.equal(opened.writer.stats().segmentCount, 1);
    assert.equal(opened.ids().length, 4);
    assert.deepEqual(opened.events, []);
  });

  test('a day with more than 24 segments becomes one within the day', async () => {
    const opened = await openTestWriter();
    for (let i = 0; i < 25; i++) {
      await push(opened, drawn('main 1'));
      await opened.run(opened.writer.flush());
    }
    await opened.clock.advance(2000);
    assert.equal(opened.writer.stats().segmentCount, 1);
    assert.equal(opened.writer.stats().diskBytes.flush, 0);
    assert.equal(opened.ids().length, 25);
  });

  test('leave a segment out that was found damaged', async () => {
    const opened = await openTestWriter();
    for (let i = 0; i < 3; i++) {
      await push(opened, drawn('main 1'));
      await opened.run(opened.writer.flush());
    }
    const [bad] = sharedManifest(opened.writer.view().manifest).segments;
    opened.fs.flipBit(`${DATA_DIR}/${bad?.file}`, (bad?.sizeBytes ?? 0) - 50, 2);
    await later(opened, DAY + 2 * HOUR + 10_000);
    await opened.clock.advance(3000);
    const { segments } = sharedManifest(opened.writer.view().manifest);
    assert.deepEqual(
      segments.map(({ file, kind }) => (file === bad?.file ? 'bad' : kind)),
      ['bad', 'day'],
    );
    assert.match(opened.events[0]?.message ?? '', /000001.seg is damaged, and left out of merges$/);
    assert.match(opened.events[1]?.message ?? '', /^the merge of 2026-11-24 failed/);
  });
});

describe('retention', () => {
  test('takes whole days, once all of them is too old', async () => {
    const opened = await openTestWriter({ retentionMillis: DAY, rollupRetentionMillis: 2 * DAY });
    await push(opened, drawn('main 1'));
    await later(opened, 2 * DAY - 2000);
    assert.equal(opened.writer.stats().segmentCount, 1);
    assert.equal(opened.writer.stats().seriesCount, 1);
    await opened.clock.advance(4000);
    const stats = opened.writer.stats();
    assert.equal(stats.segmentCount, 0);
    assert.equal(stats.seriesCount, 0);
    assert.ok(stats.deletedBytes > 0);
    assert.ok(stats.diskBytes.rollup > 0);
    await later(opened, DAY);
    assert.equal(opened.writer.stats().diskBytes.rollup, 0);
    assert.equal((await namesIn(opened, 'rollup')).length, 1);
    await opened.clock.advance(121_000);
    assert.deepEqual(await namesIn(opened, 'rollup').catch(() => []), []);
    await push(opened, drawn('main 1'));
    assert.equal(opened.ids().length, 1);
  });

  test('keeps within a size, oldest day first, and never takes today', async () => {
    const opened = await openTestWriter({ maxBytes: 1 });
    for (const days of [3, 2, 1, 0]) await push(opened, drawn('main 1', START_MILLIS - days * DAY));
    await opened.run(opened.writer.flush());
    assert.equal(opened.ids().length, 4);
    await push(opened, drawn('main;late 1', START_MILLIS - 3 * DAY));
    await opened.clock.advance(1500);
    const { segments } = sharedManifest(opened.writer.view().manifest);
    assert.deepEqual(
      segments.map(({ day }) => day),
      [START_MILLIS / DAY],
    );
    assert.equal((await push(opened, drawn('main;late 1', START_MILLIS - 3 * DAY))).kind, 'stored');
    assert.equal(opened.ids().length, 2);
  });
});

describe('a deletion', () => {
  test('hides what was there, in log and segments, and nothing that comes later', async () => {
    const opened = await openTestWriter();
    await push(opened, drawn('main 1'), 'gone');
    await opened.run(opened.writer.flush());
    await push(opened, drawn('main 1'), 'gone');
    const kept = [storedId(await push(opened, drawn('main 1'), 'kept'))];
    const answer = await opened.run(opened.writer.deleteSeries(ofService('gone')));
    assert.ok(answer.ok);
    assert.deepEqual(opened.ids(), kept);
    assert.equal(opened.writer.stats().seriesCount, 1);
    kept.push(storedId(await push(opened, drawn('main;new 1'), 'gone')));
    kept.sort();
    assert.deepEqual(opened.ids(), kept);
    const again = await openTestWriter({ fs: opened.fs.crash('lost'), clock: opened.clock });
    assert.deepEqual(again.ids(), kept);
    await again.run(again.writer.flush());
    assert.deepEqual(again.ids(), kept);
    await later(again, DAY + 2 * HOUR + 5000);
    assert.deepEqual(again.ids(), kept);
    assert.deepEqual(sharedManifest(again.writer.view().manifest).deletions, []);
  });

  test('of all of a day lets later profiles of it go on', async () => {
    const opened = await openTestWriter();
    await push(opened, drawn('main;a 1', START_MILLIS));
    await opened.run(opened.writer.flush());
    await opened.run(opened.writer.deleteSeries(ofService('a')));
    await later(opened, DAY + 3 * HOUR);
    assert.equal(opened.ids().length, 0);
    await push(opened, drawn('main;a;b 1', START_MILLIS));
    await opened.clock.advance(65_000);
    const again = await openTestWriter({ fs: opened.fs.crash('lost'), clock: opened.clock });
    await push(again, drawn('main;a;b;c 1', START_MILLIS));
    assert.equal(again.ids().length, 2);
  });
});

async function namesIn({ fs }: TestWriter, folder: string): Promise<string[]> {
  return (await fs.readdir(`${DATA_DIR}/${folder}`.replace(/\/$/, ''))).map(({ name }) => name);
}
