import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { flushGeneration } from '../maintenance/flush-generation.ts';
import { sharedManifest } from '../manifest/manifest-bytes.ts';
import { deflateHere } from '../segment/deflate-page.ts';
import { openSegment } from '../segment/segment-file.ts';
import { EVER } from './testing/deleted-series.ts';
import { DATA_DIR, openTestWriter, type TestWriter } from './testing/open-writer.ts';
import { DAY, drawn, push, TENANT, testPushId } from './testing/writer-profiles.ts';

/** Of the dictionaries that segments have rows of: a number, and the strings before and after. */
function dictionaries({ writer, fs }: TestWriter): (readonly [number, number, number])[] {
  return sharedManifest(writer.view().manifest).segments.flatMap(({ file }) => {
    const segment = openSegment(fs, `${DATA_DIR}/${file}`);
    segment.close();
    return segment.directory.epochs.map(
      ({ ordinal, before, after }) => [ordinal, before.strings, after.strings] as const,
    );
  });
}

/** The next process, which cannot open segments of such a name until the script of the disk ends. */
async function restarted(
  { fs, clock, run, writer }: TestWriter,
  unreadable?: RegExp,
): Promise<TestWriter> {
  await run(writer.stop());
  const next = fs.kill();
  next.setScript(({ operation, path }) =>
    unreadable !== undefined && operation === 'open' && unreadable.test(path)
      ? { kind: 'error', code: 'io' }
      : undefined,
  );
  return openTestWriter({ fs: next, clock, retentionMillis: DAY });
}

/** A writer whose pushes so far are one segment, or several when it is restarted again. */
async function withSegment(): Promise<TestWriter> {
  const opened = await openTestWriter({ retentionMillis: DAY });
  await push(opened, drawn('main;serve 3'));
  return opened;
}

describe('what goes while segments are still being read', () => {
  const counts = ({ writer }: TestWriter) => {
    const { seriesCount, profileCount } = writer.stats();
    return [seriesCount, profileCount];
  };

  test('is not counted when they are read: what was deleted', async () => {
    const opened = await restarted(await withSegment(), /\.seg$/);
    const all = { tenants: [TENANT] as const, range: EVER, matchers: [] };
    const answer = await opened.run(opened.writer.deleteSeries(all));
    assert.ok(answer.ok);
    opened.fs.setScript(undefined);
    assert.equal((await push(opened, drawn('main 1'), 'later')).kind, 'stored');
    assert.deepEqual(counts(opened), [1, 1]);
  });

  test('is not counted when they are read: a day that retention took', async () => {
    const opened = await restarted(await withSegment(), /\.seg$/);
    opened.clock.jumpWall(3 * DAY);
    await opened.clock.advance(1200);
    opened.fs.setScript(undefined);
    assert.equal(opened.writer.stats().segmentCount, 0);
    assert.equal(
      (await push(opened, drawn('main 1', opened.clock.nowMillis()), 'later')).kind,
      'stored',
    );
    assert.deepEqual(counts(opened), [1, 1]);
  });
});

describe('while a segment cannot be read', () => {
  test('no dictionary goes on under the number of one that it may hold', async () => {
    let opened = await restarted(await withSegment(), /\.seg$/);
    await push(opened, drawn('main;other;a 1'));
    await opened.run(opened.writer.flush());
    opened.fs.setScript(undefined);
    const [first, second] = dictionaries(opened);
    assert.notEqual(first?.[0], second?.[0]);
    assert.equal(opened.ids().length, 2);
    assert.deepEqual(
      opened.events.map(({ message }) => message),
      ['a segment cannot be read: open /data/2026-11-24/000001.seg: fault of the simulation (io)'],
    );

    // And the newest one goes on from there.
    opened = await restarted(opened);
    await push(opened, drawn('main;more 1'));
    await opened.run(opened.writer.flush());
    const [, , third] = dictionaries(opened);
    assert.deepEqual(third?.slice(0, 2), [second?.[0], second?.[2]]);
  });

  test('a dictionary of which it may hold the last rows is not continued', async () => {
    let opened = await restarted(await withSegment());
    await push(opened, drawn('main;second 1'));
    opened = await restarted(opened, /000002\.seg$/);
    await push(opened, drawn('main;third 1'));
    await opened.run(opened.writer.flush());
    opened.fs.setScript(undefined);
    const [first, second, third] = dictionaries(opened);
    assert.equal(second?.[0], first?.[0]);
    assert.notEqual(third?.[0], first?.[0]);
  });

  test('it is tried again, but not when it is damaged', async () => {
    for (const isDamaged of [false, true]) {
      let opened = await restarted(await withSegment(), /\.seg$/);
      const path = `${DATA_DIR}/2026-11-24/000001.seg`;
      await push(opened, drawn('main;other 1'));
      const directoryAt = 60;
      opened.fs.setScript(undefined);
      if (isDamaged) {
        opened.fs.flipBit(path, opened.fs.openSync(path).size() - directoryAt, 1);
        opened = await restarted(opened);
      }
      const opens: string[] = [];
      opened.fs.setScript(({ operation, path: of }) => {
        if (operation === 'open' && of === path) opens.push(of);
        return undefined;
      });
      for (const service of ['b', 'c', 'd']) await push(opened, drawn('main 1'), service);
      assert.equal(opens.length, isDamaged ? 0 : 1);
      const errors = opened.events.filter(({ level }) => level === 'error');
      assert.equal(errors.length, 1);
    }
  });

  test('its day can be given up, and what comes then rests on nothing of it', async () => {
    const opened = await restarted(await withSegment(), /\.seg$/);
    opened.clock.jumpWall(3 * DAY);
    await opened.run(opened.writer.runMaintenance());
    await opened.run(opened.writer.runMaintenance());
    opened.fs.setScript(undefined);
    assert.deepEqual(dictionaries(opened), []);
    assert.equal((await push(opened, drawn('main;other 1'))).kind, 'stored');
    await opened.run(opened.writer.flush());
    assert.equal(opened.ids().length, 1);
  });
});

test('push ids and series of a segment that cannot be opened at first are known for all that', async () => {
  const opened = await openTestWriter({
    retentionMillis: DAY,
    wrap: (plain) => ({
      ...plain,
      flush: (job) => flushGeneration(opened.fs, job, { deflate: deflateHere }),
    }),
  });
  await push(opened, drawn('main 1'), 'a', testPushId(1));
  await opened.run(opened.writer.stop());
  const fs = opened.fs.kill();
  let failures = 3;
  fs.setScript(({ operation, path }) =>
    operation === 'open' && path.endsWith('.seg') && failures-- > 0
      ? { kind: 'error', code: 'io' }
      : undefined,
  );
  const again = await openTestWriter({ fs, clock: opened.clock, retentionMillis: DAY });
  assert.deepEqual([again.writer.stats().profileCount, again.writer.stats().seriesCount], [1, 0]);
  assert.equal((await push(again, drawn('main 1'), 'a', testPushId(1))).kind, 'duplicate');
  assert.deepEqual([again.writer.stats().profileCount, again.writer.stats().seriesCount], [1, 1]);
  assert.equal(again.writer.stats().profileCount, 1);
});

test('a dictionary that was begun for a profile too large has a number of its own', async () => {
  const opened = await openTestWriter({ limits: { recordMaxBytes: 200 } });
  const large = drawn(`main;${'x'.repeat(300)} 1`);
  for (const profile of [large, large, drawn('main 1'), large, drawn('main 1')]) {
    await push(opened, profile);
  }
  await opened.run(opened.writer.flush());
  const numbers = dictionaries(opened).map(([number]) => number);
  assert.equal(opened.ids().length, 2);
  assert.equal(new Set(numbers).size, numbers.length);
});
