import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { labelSetFromRecord } from '@emberscope/labels';
import {
  createSeededRandom,
  createSimClock,
  createSimFs,
  type Fs,
  readWholeFile,
} from '@emberscope/node-kit';
import { profileFromText } from '@emberscope/profile';
import { unixMillis, unixNanos } from '@emberscope/units';
import { filesBelow } from '../../../store-tools/orphans.ts';
import { ANONYMOUS } from '../../ids.ts';
import { drawPush } from './drawn-pushes.ts';
import { embeddedSubject } from './embedded-subject.ts';
import { answersOf, FORMAT_1_NOW_MILLIS } from './format-1-questions.ts';

/*
 * Wrote `format-1/` once: a small store of three days with everything that format version 1 knew at
 * first; and `format-1-by-stack/`, with more profiles at a time, whose blocks stand by stack. They are
 * not written again while version 1 is read:
 *
 *     node dist/store/embedded/testing/write-format-1.js DIR PUSHES
 */

const DATA_DIR = '/data';
const HOUR_MILLIS = 3_600_000;
const FILE_MAX_BYTES = 1 << 20;
const UNLINKED_AFTER_MILLIS = 130_000;

const [directory = '', pushes = '2'] = process.argv.slice(2);
const random = createSeededRandom(1);
const clock = createSimClock(unixMillis(FORMAT_1_NOW_MILLIS - 60 * HOUR_MILLIS));
const fs = createSimFs({ random: createSeededRandom(2), clock });
const store = embeddedSubject({ ballastMaxBytes: 0 }).open({
  fs,
  clock,
  random: createSeededRandom(3),
  dataDir: DATA_DIR,
  retentionMillis: undefined,
});
await clock.runUntil(store.start());
for (let hour = 0; hour < 60; hour += 5) {
  for (let i = 0; i < Number(pushes); i++) {
    const { tenant, series } = drawPush({
      random,
      nowMillis: clock.nowMillis(),
      retentionNanos: undefined,
      growsDictionaries: true,
    });
    await clock.runUntil(store.push(tenant, series));
  }
  clock.jumpWall(5 * HOUR_MILLIS);
  if (hour % 10 === 0) await clock.runUntil(store.flush());
  await clock.advance(2000);
}
await clock.runUntil(store.runMaintenance());
// Until files that no manifest names have been unlinked.
await clock.advance(UNLINKED_AFTER_MILLIS);
const wide = profileFromText('main;wide 9007199254740995', {
  sampleTypes: [{ type: 'cpu', unit: 'nanoseconds' }],
  timeNanos: unixNanos(BigInt(clock.nowMillis()) * 1_000_000n),
  comments: ['not flushed'],
});
const labels = labelSetFromRecord({ __name__: 'process_cpu', service_name: 'a' });
await clock.runUntil(store.push(ANONYMOUS, [{ labels, profiles: [{ profile: wide }] }]));

await writeFiles(fs);
const answers = await clock.runUntil(answersOf(store));
writeFileSync(join(directory, 'answers.json.gz'), gzipSync(JSON.stringify(answers), { level: 9 }));

/** All but the lock, as they stand while the store is open. */
async function writeFiles(from: Fs): Promise<void> {
  for (const file of await filesBelow(from, DATA_DIR)) {
    if (file === 'LOCK' || file === 'ballast') continue;
    const path = join(directory, 'store', file);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, await readWholeFile(from, `${DATA_DIR}/${file}`, FILE_MAX_BYTES));
  }
}
