import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  createSeededRandom,
  createSimClock,
  createSimFs,
  type FsOperation,
} from '@emberscope/node-kit';
import { flushGeneration } from '../maintenance/flush-generation.ts';
import { ofService } from './testing/deleted-series.ts';
import { DATA_DIR, openTestWriter, type TestWriter } from './testing/open-writer.ts';
import { DAY, drawn, HOUR, push, START_MILLIS, storedId } from './testing/writer-profiles.ts';

const TODAY = '2026-11-24';

/** Fails the next commit at its `write`, `datasync`, `rename` or `syncDir`. */
function failCommit({ fs }: TestWriter, failed: FsOperation): void {
  let isLeft = true;
  let isCommit = false;
  fs.setScript(({ operation, path }) => {
    if (path === `${DATA_DIR}/MANIFEST.tmp`) isCommit = true;
    if (!isLeft || !isCommit || operation !== failed) return undefined;
    isLeft = false;
    return { kind: 'error', code: 'no-space' };
  });
}

async function filesIn({ fs }: TestWriter, folder: string): Promise<readonly string[]> {
  const entries = await fs.readdir(`${DATA_DIR}/${folder}`).catch(() => []);
  return entries.map(({ name }) => name);
}

describe('segments whose commit fails', () => {
  test('go at once where nothing can name them', async () => {
    const opened = await openTestWriter();
    const id = storedId(await push(opened, drawn('main 1')));
    for (let i = 0; i < 3; i++) {
      failCommit(opened, 'write');
      await assert.rejects(opened.run(opened.writer.flush()), /no-space/);
      assert.deepEqual(await filesIn(opened, TODAY), []);
    }
    await opened.run(opened.writer.flush());
    assert.equal((await filesIn(opened, TODAY)).length, 1);
    assert.deepEqual(opened.ids(), [id]);
  });

  for (const operation of ['datasync', 'rename', 'syncDir'] as const) {
    test(`stay after a failed ${operation} until the next commit`, async () => {
      const opened = await openTestWriter();
      const id = storedId(await push(opened, drawn('main 1')));
      failCommit(opened, operation);
      await assert.rejects(opened.run(opened.writer.flush()), /no-space/);
      const [first] = await filesIn(opened, TODAY);
      assert.ok(first !== undefined);
      // One that fails early leaves the doubt as it is.
      failCommit(opened, 'write');
      await assert.rejects(opened.run(opened.writer.flush()), /no-space/);
      assert.ok((await filesIn(opened, TODAY)).includes(first));

      await opened.run(opened.writer.flush());
      await opened.clock.advance(1000);
      const left = await filesIn(opened, TODAY);
      assert.equal(left.length, 1);
      assert.notEqual(left[0], first);
      for (const fate of ['lost', 'kept', 'random'] as const) {
        const again = await openTestWriter({ fs: opened.fs.crash(fate), clock: opened.clock });
        assert.deepEqual(again.ids(), [id], fate);
        assert.deepEqual(again.events, [], fate);
      }
    });
  }

  test('are there after a crash when their manifest is', async () => {
    for (const fate of ['lost', 'kept', 'random'] as const) {
      const opened = await openTestWriter();
      const id = storedId(await push(opened, drawn('main 1')));
      failCommit(opened, 'syncDir');
      await assert.rejects(opened.run(opened.writer.flush()), /no-space/);
      const again = await openTestWriter({ fs: opened.fs.crash(fate), clock: opened.clock });
      assert.deepEqual(again.ids(), [id], fate);
      assert.deepEqual(again.events, [], fate);
    }
  });

  test('go when the second try of a flush fails, for a day whose profiles were all deleted', async () => {
    const clock = createSimClock();
    const fs = createSimFs({ random: createSeededRandom(1), clock });
    let flushes = 0;
    const opened = await openTestWriter({
      ...{ fs, clock },
      wrap: (maintenance) => ({
        ...maintenance,
        flush(job) {
          flushes++;
          return flushes === 3 ? Promise.reject(new Error('too much')) : flushGeneration(fs, job);
        },
      }),
    });
    // The second one has no rows of dictionaries that the first has not.
    await push(opened, drawn('main 1', START_MILLIS - DAY), 'gone');
    await opened.run(opened.writer.flush());
    await push(opened, drawn('main 1', START_MILLIS - DAY), 'gone');
    assert.ok((await opened.run(opened.writer.deleteSeries(ofService('gone')))).ok);
    await push(opened, drawn('main 1', START_MILLIS), 'kept');
    await assert.rejects(opened.run(opened.writer.flush()), /too much/);
    // The timer may have done it by now.
    await opened.run(opened.writer.flush());
    assert.equal((await filesIn(opened, TODAY)).length, 1);
  });

  test('go with their roll-up when they are of a merge', async () => {
    const opened = await openTestWriter();
    for (let i = 0; i < 2; i++) {
      await push(opened, drawn(`main;f${i} 1`, START_MILLIS));
      await opened.run(opened.writer.flush());
    }
    const inputs = await filesIn(opened, TODAY);
    opened.clock.jumpWall(DAY + 3 * HOUR);
    failCommit(opened, 'write');
    await opened.run(opened.writer.runMaintenance());
    assert.match(opened.events.at(-1)?.message ?? '', /^the merge of 2026-11-24 failed/);
    assert.deepEqual(await filesIn(opened, TODAY), inputs);
    assert.deepEqual(await filesIn(opened, 'rollup'), []);
    await opened.clock.advance(5000);
    assert.equal((await filesIn(opened, 'rollup')).length, 1);
  });
});
