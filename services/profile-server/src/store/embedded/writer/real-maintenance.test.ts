import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { SimFs } from '@emberscope/node-kit';
import { parseProfileType } from '@emberscope/profile';
import { sharedManifest } from '../manifest/manifest-bytes.ts';
import { createStoreReader } from '../reader/store-reader.ts';
import { EVER } from './testing/deleted-series.ts';
import { createTestWriter, DATA_DIR, type TestWriter } from './testing/open-writer.ts';
import { openRealWriter, realMaintenance } from './testing/real-maintenance.ts';
import {
  DAY,
  drawn,
  HOUR,
  one,
  push,
  START_MILLIS,
  TENANT,
  testPushId,
} from './testing/writer-profiles.ts';

function reopened({ clock }: TestWriter, fs: SimFs): Promise<TestWriter> {
  return openRealWriter({ fs, clock, seed: fs.operationCount() });
}

describe('with real segments', () => {
  test('series, push ids and dictionaries are known again after a restart', async () => {
    let opened = await openRealWriter();
    await push(opened, drawn('main;a 1\nmain;b 2'), 'a', testPushId(1));
    await push(opened, drawn('main;c 1'), 'c', testPushId(2));
    await opened.run(opened.writer.flush());
    await push(opened, drawn('main;a;x 1'), 'a', testPushId(3));
    await opened.run(opened.writer.flush());
    opened = await reopened(opened, opened.fs.crash('lost'));
    for (const id of [1, 2, 3]) {
      const service = id === 2 ? 'c' : 'a';
      assert.equal(
        (await push(opened, drawn('main 1'), service, testPushId(id))).kind,
        'duplicate',
      );
    }
    const { seriesCount, profileCount } = opened.writer.stats();
    assert.deepEqual([seriesCount, profileCount], [2, 3]);
    await push(opened, drawn('main;a;x;y 1'));
    assert.deepEqual(
      opened.writer.stats().dictionaries.map(({ service, stacks }) => [service, stacks]),
      [['a', 5]],
    );
    assert.deepEqual(opened.events, []);
  });

  test('a day goes on after its merge, and ids of pushes stay known for a day', async () => {
    let opened = await openRealWriter();
    for (const [i, text] of ['main;a 1', 'main;b 1', 'main;a;b 1'].entries()) {
      await push(opened, drawn(text), 'a', testPushId(i));
      await opened.run(opened.writer.flush());
    }
    opened.clock.jumpWall(DAY + 2 * HOUR);
    await opened.clock.advance(3000);
    const { segments, rollups } = sharedManifest(opened.writer.view().manifest);
    assert.deepEqual(
      segments.map(({ kind, profileCount }) => [kind, profileCount]),
      [['day', 3]],
    );
    assert.equal(rollups.length, 1);
    await push(opened, drawn('main;a;late 1', START_MILLIS), 'a');
    await opened.run(opened.writer.flush());
    opened = await reopened(opened, opened.fs.crash('lost'));
    await push(opened, drawn('main;a;late;x 1', START_MILLIS), 'a');
    assert.deepEqual(
      opened.writer.stats().dictionaries.map(({ stacks }) => stacks),
      [6],
    );
    await opened.clock.advance(3000);
    await opened.run(opened.writer.flush());
    await opened.clock.advance(3000);
    assert.equal(opened.writer.stats().segmentCount, 1);
    assert.equal(opened.writer.stats().profileCount, 5);
    assert.deepEqual(opened.events, []);
  });

  test('a day that only a refused profile was of does not keep a flush from its work', async () => {
    const opened = await openRealWriter({ limits: { recordMaxBytes: 200 } });
    await push(opened, drawn('main 1'));
    const large = await push(opened, drawn(`main;${'x'.repeat(300)} 1`, START_MILLIS - DAY));
    assert.equal(large.kind, 'refused');
    await push(opened, drawn('main 2'));
    await opened.run(opened.writer.flush());
    assert.equal(opened.writer.stats().segmentCount, 1);
  });

  test('a deletion takes profiles out for good, and the dictionary goes on', async () => {
    let opened = await openRealWriter();
    await push(opened, drawn('main;a 1'), 'a');
    await opened.run(opened.writer.flush());
    await push(opened, drawn('main;b 1'), 'a');
    const answer = await opened.run(
      opened.writer.deleteSeries({ tenants: [TENANT], range: EVER, matchers: [] }),
    );
    assert.ok(answer.ok);
    await opened.run(opened.writer.flush());
    await push(opened, drawn('main;b;c 1'), 'a');
    opened = await reopened(opened, opened.fs.crash('lost'));
    await push(opened, drawn('main;b;c;d 1'), 'a');
    await opened.run(opened.writer.flush());
    opened.clock.jumpWall(DAY + 2 * HOUR);
    await opened.clock.advance(3000);
    const { segments, deletions } = sharedManifest(opened.writer.view().manifest);
    assert.deepEqual(
      segments.map(({ kind, profileCount }) => [kind, profileCount]),
      [['day', 2]],
    );
    assert.deepEqual(deletions, []);
    assert.deepEqual(opened.events, []);
  });

  test('what comes of a day while it is dropped does not go with it', async () => {
    let onFlush = async () => {};
    const opened = createTestWriter({
      maxBytes: 500,
      limits: { generationMaxBytes: 1500 },
      wrap: () => ({
        async flush(job) {
          await onFlush();
          return realMaintenance(opened.fs).flush(job);
        },
        merge: (job) => realMaintenance(opened.fs).merge(job),
      }),
    });
    await opened.run(opened.writer.start());
    opened.clock.jumpWall(DAY);
    for (let i = 0; i < 8; i++) await push(opened, drawn(`main;early${i} 1`, START_MILLIS));
    await opened.run(opened.writer.flush());
    await push(opened, drawn('main;open 1', START_MILLIS));
    let late = 0;
    onFlush = async () => {
      // As many as make a generation full, which is cut and waits then.
      for (; late < 20; late++) {
        const profile = drawn(`main;${'late'.repeat(10)}${late} 1`, START_MILLIS);
        await opened.writer.push(TENANT, one(profile));
      }
    };
    await opened.clock.advance(1500);
    assert.match(opened.events[0]?.message ?? '', /were deleted/);
    await push(opened, drawn(`main;${'late'.repeat(10)}3;child 1`, START_MILLIS));
    assert.equal(await profilesReadOf(opened), 21);
  });
});

async function profilesReadOf({ fs, clock, writer }: TestWriter): Promise<number> {
  const reader = createStoreReader({ fs, dataDir: DATA_DIR, nowMillis: () => clock.nowMillis() });
  reader.setView(writer.view());
  const parsed = parseProfileType('process_cpu:cpu:nanoseconds::');
  assert.ok(parsed.ok);
  const answer = await reader.mergeTree(
    {
      ...{ tenants: [TENANT], range: EVER, matchers: [], profileType: parsed.profileType },
      ...{ mode: 'sum', frameKey: 'reported-name' },
    },
    { signal: new AbortController().signal },
  );
  assert.ok(answer.ok, answer.ok ? '' : JSON.stringify(answer.error));
  return answer.value.coverage.profileCount;
}
