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

/*
 * A store that the first version of this program wrote, and what it said about it. Whatever becomes
 * of the engine, it opens this store and says the same.
 */
const FIXTURE = fileURLToPath(
  new URL('../../../src/store/embedded/testing/format-1/', import.meta.url),
);
const DATA_DIR = '/data';
const EXPECTED: unknown = JSON.parse(
  gunzipSync(readFileSync(join(FIXTURE, 'answers.json.gz'))).toString(),
);

describe('a store of format version 1', () => {
  test('says what it always said: as it is, when all is flushed, and when it is opened again', async () => {
    const clock = createSimClock(unixMillis(FORMAT_1_NOW_MILLIS));
    const fs = createSimFs({ random: createSeededRandom(1), clock });
    await clock.runUntil(copyFixture(fs));
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
    assert.deepEqual(await clock.runUntil(answersOf(store)), EXPECTED);
    await clock.runUntil(store.flush());
    await clock.runUntil(store.runMaintenance());
    assert.deepEqual(await clock.runUntil(answersOf(store)), EXPECTED);
    await clock.runUntil(store.stop());
    assert.deepEqual(await clock.runUntil(subject.faultsOf(fs, DATA_DIR, false)), []);
    const again = open();
    await clock.runUntil(again.start());
    assert.deepEqual(await clock.runUntil(answersOf(again)), EXPECTED);
    await clock.runUntil(again.stop());
  });

  test('has all that the format knows', async () => {
    const clock = createSimClock();
    const fs = createSimFs({ random: createSeededRandom(1), clock });
    await clock.runUntil(copyFixture(fs));
    assert.deepEqual(
      await clock.runUntil(embeddedSubject().faultsOf(fs, DATA_DIR, true)),
      [],
      'it is in order',
    );
    const files = filesOf(join(FIXTURE, 'store')).map((file) => file.replace(/\d/g, '0'));
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
  });
});

async function copyFixture(fs: SimFs): Promise<void> {
  const data = join(FIXTURE, 'store');
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
