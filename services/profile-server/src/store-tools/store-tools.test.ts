import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { labelSetFromRecord } from '@emberscope/labels';
import {
  createSeededRandom,
  createSimClock,
  createSimFs,
  type Fs,
  FsError,
  makeDirectoryDurably,
  readWholeFile,
  type SimClock,
  type SimFs,
  writeFileAtomically,
} from '@emberscope/node-kit';
import { profileFromText } from '@emberscope/profile';
import { unixNanos } from '@emberscope/units';
import { drawPush } from '../store/embedded/testing/drawn-pushes.ts';
import { embeddedSubject } from '../store/embedded/testing/embedded-subject.ts';
import type { SimStore } from '../store/embedded/testing/sim-subject.ts';
import { takeStockOf } from '../store/embedded/testing/take-stock.ts';
import { ANONYMOUS } from '../store/ids.ts';
import { encodeAdHocFile } from '../store/tenant-files/adhoc-bytes.ts';
import { createAdHocId } from '../store/tenant-files/adhoc-id.ts';
import { createAdHocStore } from '../store/tenant-files/adhoc-store.ts';
import { createSettingsStore } from '../store/tenant-files/settings-store.ts';
import { createWriteLine } from '../store/tenant-files/write-line.ts';
import { backupStore } from './backup-store.ts';
import { inspect } from './inspect-store.ts';
import { filesBelow } from './orphans.ts';
import { verifyStore } from './verify-store.ts';

const DATA_DIR = '/data';
const DAY_MILLIS = 86_400_000;

type World = { readonly fs: SimFs; readonly clock: SimClock; readonly store: SimStore };

function openAt(fs: SimFs, clock: SimClock, dataDir: string): SimStore {
  const random = createSeededRandom(3);
  return embeddedSubject().open({ fs, clock, random, dataDir, retentionMillis: undefined });
}

/** A store with merged days, a flushed one, and a log. */
async function openStore(): Promise<World> {
  const clock = createSimClock();
  const fs = createSimFs({ random: createSeededRandom(2), clock });
  const store = openAt(fs, clock, DATA_DIR);
  await clock.runUntil(store.start());
  const random = createSeededRandom(4);
  for (let day = 0; day < 3; day++) {
    for (let i = 0; i < 3; i++) await pushSome({ fs, clock, store }, random);
    await clock.runUntil(store.flush());
    clock.jumpWall(DAY_MILLIS);
    await clock.advance(2000);
  }
  await pushSome({ fs, clock, store }, random);
  await clock.advance(130_000);
  await pushSome({ fs, clock, store }, random);
  await clock.runUntil(keepFiles(fs));
  return { fs, clock, store };
}

/** A file that somebody put there. */
async function plant(fs: SimFs, file: string): Promise<void> {
  const path = `${DATA_DIR}/${file}`;
  await makeDirectoryDurably(fs, path.slice(0, path.lastIndexOf('/')));
  await writeFileAtomically(fs, path, Uint8Array.of(1));
}

/** A setting and an upload. */
async function keepFiles(fs: SimFs): Promise<void> {
  const line = createWriteLine();
  const parts = { fs, dataDir: DATA_DIR, line, lowDiskBytes: () => 0, onTrouble: () => {} };
  const setting = { name: 'n', value: 'v', modifiedAt: 1n };
  assert.ok((await createSettingsStore(parts).set(ANONYMOUS, setting)).ok);
  const id = createAdHocId(1, new Uint8Array(10), 'a.txt');
  const file = { name: 'a.txt', uploadedAtMillis: 1, content: Uint8Array.of(1) };
  assert.ok((await createAdHocStore(parts).add(ANONYMOUS, id, encodeAdHocFile(file))).ok);
}

async function pushSome({ clock, store }: World, random: ReturnType<typeof createSeededRandom>) {
  const { tenant, series } = drawPush({
    random,
    nowMillis: clock.nowMillis(),
    retentionNanos: undefined,
    growsDictionaries: true,
  });
  await clock.runUntil(store.push(tenant, series));
}

describe('verify', () => {
  test('finds nothing wrong with a store that is in use', async () => {
    const { fs, clock } = await openStore();
    const report = await clock.runUntil(verifyStore(fs, DATA_DIR));
    assert.deepEqual(report.faults, []);
    assert.ok(report.profileCount > 10 && report.segmentCount > 2);
  });

  test('finds any bit that is wrong in a file that counts', async () => {
    const { fs, clock } = await openStore();
    const { orphans } = await clock.runUntil(verifyStore(fs, DATA_DIR));
    const files = (await clock.runUntil(filesBelow(fs, DATA_DIR))).filter(
      (file) =>
        /^(FORMAT|MANIFEST|.*\.seg|.*\.log|tenants\/.*)$/.test(file) && !orphans.includes(file),
    );
    const random = createSeededRandom(5);
    for (const file of files) {
      const path = `${DATA_DIR}/${file}`;
      const { sizeBytes } = await clock.runUntil(fs.stat(path));
      for (let tries = 0; tries < 2; tries++) {
        const at = random.below(sizeBytes);
        const bit = random.below(8);
        // Zeros behind a version are room for later ones.
        if (file.endsWith('.seg') && at >= 8 && at < 16) continue;
        fs.flipBit(path, at, bit);
        const { faults, notes } = await clock.runUntil(verifyStore(fs, DATA_DIR));
        // What ends a log may be the rest of a batch that nobody was told of.
        const found = file.endsWith('.log') ? [...faults, ...notes] : faults;
        assert.ok(found.length > 0, `bit ${bit} of byte ${at} of ${file}`);
        fs.flipBit(path, at, bit);
      }
    }
    assert.deepEqual((await clock.runUntil(verifyStore(fs, DATA_DIR))).faults, []);
  });

  test('nor with profiles of as many sample types as there are bits, and of more', async () => {
    const clock = createSimClock();
    const fs = createSimFs({ random: createSeededRandom(2), clock });
    const store = openAt(fs, clock, DATA_DIR);
    await clock.runUntil(store.start());
    for (const count of [31, 32, 33, 70]) {
      const { samples, ...profile } = profileFromText('main;serve 1', {
        timeNanos: unixNanos(BigInt(clock.nowMillis()) * 1_000_000n),
      });
      const values = Array.from({ length: count }, (_, type) => Float64Array.of(1 + type));
      const sampleTypes = values.map((_, type) => ({ type: `type-${type}`, unit: 'count' }));
      const wide = { ...profile, sampleTypes, samples: { ...samples, values } };
      const labels = labelSetFromRecord({ service_name: `of-${count}` });
      await clock.runUntil(store.push(ANONYMOUS, [{ labels, profiles: [{ profile: wide }] }]));
    }
    await clock.runUntil(store.flush());
    const report = await clock.runUntil(verifyStore(fs, DATA_DIR));
    assert.deepEqual(report.faults, []);
    assert.ok(report.segmentCount > 0);
  });

  test('says that files are missing, and which nobody names', async () => {
    const { fs, clock } = await openStore();
    const before = await clock.runUntil(verifyStore(fs, DATA_DIR));
    const segment = (await clock.runUntil(filesBelow(fs, DATA_DIR))).find(
      (file) => file.endsWith('.seg') && !before.orphans.includes(file),
    );
    await clock.runUntil(fs.rename(`${DATA_DIR}/${segment}`, `${DATA_DIR}/elsewhere`));
    const { faults, orphans } = await clock.runUntil(verifyStore(fs, DATA_DIR));
    assert.match(faults.join(), new RegExp(`${segment}`));
    assert.ok(orphans.includes('elsewhere'));
  });

  test('refuses what a start refuses when the manifest is lost, and so does a backup', async () => {
    const { fs, clock, store } = await openStore();
    await clock.runUntil(store.stop());
    await clock.runUntil(fs.unlink(`${DATA_DIR}/MANIFEST`));
    const started = await clock.runUntil(
      openAt(fs, clock, DATA_DIR)
        .start()
        .then(() => '', String),
    );
    const { faults } = await clock.runUntil(verifyStore(fs, DATA_DIR));
    assert.equal(faults.length, 1);
    assert.match(faults.join(), /MANIFEST is missing, and .* holds files: restore/);
    assert.ok(started.includes(faults.join()), started);
    const copied = await clock.runUntil(backupStore(fs, DATA_DIR, '/copy'));
    assert.deepEqual(copied, { ok: false, reason: faults.join() });
  });

  test('finds nothing wrong with a store whose first start was broken off', async () => {
    const { fs, clock } = await openStore();
    await clock.runUntil(makeDirectoryDurably(fs, '/new/log'));
    const format = await clock.runUntil(readWholeFile(fs, `${DATA_DIR}/FORMAT`, 100));
    await clock.runUntil(writeFileAtomically(fs, '/new/FORMAT', format));
    assert.deepEqual((await clock.runUntil(verifyStore(fs, '/new'))).faults, []);
  });

  test('says of each file that nobody names what the next start does with it, and so it does', async () => {
    const { fs, clock, store } = await openStore();
    const day = (await clock.runUntil(filesBelow(fs, DATA_DIR)))
      .find((file) => file.endsWith('.seg'))
      ?.split('/')[0];
    const strays = ['notes.txt', 'x.tmp', 'log/mine.txt', 'rollup/a.txt', `${day}/000099.seg`];
    const more = ['demo-api/data.mdb', `${day}/deep/b.seg`];
    for (const file of [...strays, ...more]) await clock.runUntil(plant(fs, file));
    await clock.runUntil(store.stop());
    const { notes } = await clock.runUntil(verifyStore(fs, DATA_DIR));
    const next = openAt(fs, clock, DATA_DIR);
    await clock.runUntil(next.start());
    const after = await clock.runUntil(filesBelow(fs, DATA_DIR));
    for (const file of [...strays, ...more]) {
      const note = notes.find((each) => each.startsWith(`${file} is named by nobody`)) ?? '';
      const stays = after.includes(file);
      assert.match(note, stays ? /it is left alone$/ : /the next start deletes it$/, file);
    }
    assert.ok(after.includes('notes.txt') && !after.includes('x.tmp'));
  });
});

describe('inspect', () => {
  test('says what is in a store and in each of its files', async () => {
    const { fs, clock } = await openStore();
    const lines = await clock.runUntil(inspect(fs, DATA_DIR));
    for (const wanted of [
      /^format {6}emberscope 1$/,
      /^day {9}/,
      /^rollup /,
      /^log \d{10}\.log$/,
      /^files {7}of anonymous: settings, 1 uploads$/,
    ]) {
      assert.ok(
        lines.some((line) => wanted.test(line)),
        `${wanted} in\n${lines.join('\n')}`,
      );
    }
    for (const file of await clock.runUntil(filesBelow(fs, DATA_DIR))) {
      const about = await clock.runUntil(inspect(fs, `${DATA_DIR}/${file}`));
      assert.ok(about.length > 0, file);
    }
  });
});

describe('backup', () => {
  test('is a store with all that was acknowledged before, while the server goes on', async () => {
    const world = await openStore();
    const { fs, clock, store } = world;
    const before = await clock.runUntil(takeStockOf(store));
    const random = createSeededRandom(6);
    const { tenant, series } = drawPush({
      random,
      nowMillis: clock.nowMillis(),
      retentionNanos: undefined,
      growsDictionaries: true,
    });
    const [done] = await clock.runUntil(
      Promise.all([
        backupStore(fs, DATA_DIR, '/copy'),
        store.push(tenant, series).then(() => store.flush()),
      ]),
    );
    assert.ok(done.ok, done.ok ? '' : done.reason);
    assert.ok(done.linkedFiles > 2);
    assert.deepEqual((await clock.runUntil(verifyStore(fs, '/copy'))).faults, []);
    const kept = (await clock.runUntil(filesBelow(fs, '/copy'))).filter((file) =>
      file.startsWith('tenants/anonymous/'),
    );
    assert.equal(kept.length, 2);
    const copy = openAt(fs, clock, '/copy');
    await clock.runUntil(copy.start());
    const found = new Set((await clock.runUntil(takeStockOf(copy))).map(({ key }) => key));
    for (const { key, content } of before) assert.ok(found.has(key), content);
    await clock.runUntil(copy.stop());
    await clock.runUntil(store.stop());
  });

  test('a directory that holds a store is told from one that is none', async () => {
    const { fs, clock } = await openStore();
    const above = DATA_DIR.slice(0, DATA_DIR.lastIndexOf('/')) || '/';
    const said = new RegExp(`is no store: it has no FORMAT; .*${DATA_DIR} is one: name that`);
    await assert.rejects(clock.runUntil(inspect(fs, above)), said);
    assert.match((await clock.runUntil(verifyStore(fs, above))).faults.join(), said);
    await clock.runUntil(fs.mkdir('/elsewhere/empty'));
    await assert.rejects(clock.runUntil(inspect(fs, '/elsewhere')), /no FORMAT$/);
    const refused = await clock.runUntil(backupStore(fs, '/elsewhere', '/copy'));
    assert.match(refused.ok ? '' : refused.reason, /\/elsewhere is no store: it has no FORMAT$/);
  });

  test('takes away what it has made when it fails, whenever it does', async () => {
    const { fs, clock, store } = await openStore();
    await clock.runUntil(store.stop());
    await clock.runUntil(fs.mkdir('/disk'));
    for (let nth = 1; ; nth++) {
      fs.failAt(nth, 'no-space');
      const result = await clock.runUntil(backupStore(fs, DATA_DIR, '/disk/deep/copy'));
      if (result.ok) {
        assert.ok(nth > 50, `operation ${nth}`);
        // Every operation has failed once: the fault is for the next one.
        await assert.rejects(clock.runUntil(fs.stat('/disk')), /no-space/);
        break;
      }
      assert.match(result.reason, /no-space/);
      assert.deepEqual(await clock.runUntil(fs.readdir('/disk')), [], `operation ${nth}`);
    }
    assert.deepEqual((await clock.runUntil(verifyStore(fs, '/disk/deep/copy'))).faults, []);
  });

  test('takes away nothing else: a directory that was there, or what another has made', async () => {
    const { fs, clock, store } = await openStore();
    await clock.runUntil(store.stop());
    await clock.runUntil(fs.mkdir('/copy'));
    fs.failAt(40, 'no-space');
    assert.equal((await clock.runUntil(backupStore(fs, DATA_DIR, '/copy'))).ok, false);
    assert.deepEqual(await clock.runUntil(fs.readdir('/copy')), []);

    const failing: Fs = {
      ...fs,
      link: async () => {
        await writeFileAtomically(fs, '/copy/of-another', Uint8Array.of(1));
        throw new FsError({ code: 'no-space', operation: 'link', path: '/copy' }, 'full');
      },
    };
    assert.equal((await clock.runUntil(backupStore(failing, DATA_DIR, '/copy'))).ok, false);
    assert.deepEqual(await clock.runUntil(filesBelow(fs, '/copy')), ['of-another']);
  });

  test('never writes over anything, and never into the store itself', async () => {
    const { fs, clock } = await openStore();
    await clock.runUntil(fs.mkdir('/full/of/things'));
    for (const [from, to, reason] of [
      [DATA_DIR, '/full', /\/full is not empty: it holds "of"/],
      [DATA_DIR, `${DATA_DIR}/copy`, /lies within/],
      ['/full', '/copy', /\/full is no store/],
    ] as const) {
      const refused = await clock.runUntil(backupStore(fs, from, to));
      assert.match(refused.ok ? '' : refused.reason, reason);
    }
  });
});
