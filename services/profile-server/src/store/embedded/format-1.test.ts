import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import {
  createSeededRandom,
  createSimClock,
  createSimFs,
  makeDirectoryDurably,
  type SimFs,
  writeFileAtomically,
} from '@emberscope/node-kit';
import { unixMillis } from '@emberscope/units';
import { embeddedSubject } from './testing/embedded-subject.ts';
import { answersOf, FORMAT_1_NOW_MILLIS } from './testing/format-1-questions.ts';
import { countPagesByStack } from './testing/pages-by-stack.ts';

/*
 * Stores that programs of version 1 wrote, and what those said about them: the first one, and the
 * first whose blocks stand by stack. Whatever becomes of the engine, it opens them and says the same.
 */
const FIXTURES = fileURLToPath(new URL('../../../src/store/embedded/testing/', import.meta.url));
const DATA_DIR = '/data';

for (const name of ['format-1', 'format-1-by-stack']) describeFixture(name);

function describeFixture(name: string): void {
  const fixture = join(FIXTURES, name);
  const expected: unknown = JSON.parse(
    gunzipSync(readFileSync(join(fixture, 'answers.json.gz'))).toString(),
  );

  describe(`a store of format version 1: ${name}`, () => {
    test('says what it always said: as it is, when all is flushed, and when it is opened again', async () => {
      const clock = createSimClock(unixMillis(FORMAT_1_NOW_MILLIS));
      const fs = createSimFs({ random: createSeededRandom(1), clock });
      await clock.runUntil(copyFixture(fixture, fs));
      const subject = embeddedSubject();
      const open = () =>
        subject.open({
          fs,
          clock,
          random: createSeededRandom(2),
          dataDir: DATA_DIR,
          retentionMillis: undefined,
        });
      const store = open();
      await clock.runUntil(store.start());
      assert.deepEqual(await clock.runUntil(answersOf(store)), expected);
      await clock.runUntil(store.flush());
      await clock.runUntil(store.runMaintenance());
      assert.deepEqual(await clock.runUntil(answersOf(store)), expected);
      await clock.runUntil(store.stop());
      assert.deepEqual(await clock.runUntil(subject.faultsOf(fs, DATA_DIR, false)), []);
      const again = open();
      await clock.runUntil(again.start());
      assert.deepEqual(await clock.runUntil(answersOf(again)), expected);
      await clock.runUntil(again.stop());
    });

    test('has all that the format knows', async () => {
      const clock = createSimClock();
      const fs = createSimFs({ random: createSeededRandom(1), clock });
      await clock.runUntil(copyFixture(fixture, fs));
      assert.deepEqual(
        await clock.runUntil(embeddedSubject().faultsOf(fs, DATA_DIR, true)),
        [],
        'it is in order',
      );
      const files = filesOf(join(fixture, 'store')).map((file) => file.replace(/\d/g, '0'));
      for (const wanted of ['FORMAT', 'MANIFEST', 'log/0000000000.log']) {
        assert.ok(files.includes(wanted), wanted);
      }
      assert.ok(
        files.some((file) => /^0000-00-00\/.*\.seg$/.test(file)),
        'a segment',
      );
      assert.ok(
        files.some((file) => /^rollup\/.*\.seg$/.test(file)),
        'a roll-up',
      );
      const pagesByStack = await clock.runUntil(countPagesByStack(fs, DATA_DIR));
      assert.equal(pagesByStack > 0, name === 'format-1-by-stack');
    });
  });
}

async function copyFixture(fixture: string, fs: SimFs): Promise<void> {
  const data = join(fixture, 'store');
  for (const file of filesOf(data)) {
    const path = `${DATA_DIR}/${file}`;
    await makeDirectoryDurably(fs, dirname(path));
    await writeFileAtomically(fs, path, readFileSync(join(data, file)));
  }
}

function filesOf(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath ?? entry.path, entry.name)));
}
