import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { createSeededRandom, createSimFs, type SimFs } from '@emberscope/node-kit';
import { corruptBytes, PARSER_RUNS } from '@emberscope/test-kit';
import fc from 'fast-check';
import { tenantId } from '../ids.ts';
import { decodeAdHocFile, encodeAdHocFile } from './adhoc-bytes.ts';
import { createAdHocId, isIdText, parseAdHocId } from './adhoc-id.ts';
import { type AdHocLimits, type AdHocStore, createAdHocStore } from './adhoc-store.ts';
import { type FilesAnswer, FilesRefusal } from './files-answer.ts';
import { decodeSettings, encodeSettings } from './settings-bytes.ts';
import { createSettingsStore, type SettingsStore } from './settings-store.ts';
import { createWriteLine } from './write-line.ts';

const DATA_DIR = '/data';
const TENANT = tenantId('one');
const OTHER = tenantId('two');

async function newDisk(seed = 1, capacityBytes = 2 ** 30): Promise<SimFs> {
  const fs = createSimFs({ random: createSeededRandom(seed), capacityBytes });
  await fs.mkdir(DATA_DIR);
  await fs.syncDir('/');
  return fs;
}

function settingsOn(fs: SimFs): SettingsStore {
  const onTrouble = () => {};
  return createSettingsStore({ fs, dataDir: DATA_DIR, line: createWriteLine(), onTrouble });
}

function uploadsOn(fs: SimFs, limits?: AdHocLimits, lowDiskBytes = () => 0): AdHocStore {
  const line = createWriteLine();
  const some = limits === undefined ? {} : { limits };
  return createAdHocStore({
    fs,
    dataDir: DATA_DIR,
    line,
    lowDiskBytes,
    onTrouble: () => {},
    ...some,
  });
}

function given<Value>(answer: FilesAnswer<Value>): Value {
  assert.ok(answer.ok, answer.ok ? '' : answer.error.reason);
  return answer.value;
}

function errorOf(answer: FilesAnswer<unknown>) {
  assert.ok(!answer.ok);
  return answer.error;
}

const setting = (name: string, value: string, modifiedAt = 1n) => ({ name, value, modifiedAt });

describe('settings', () => {
  test('are those of their tenant, in the order of their names, the newest of a name', async () => {
    const store = settingsOn(await newDisk());
    assert.deepEqual(given(await store.list(TENANT)), []);
    for (const name of ['é', 'b', '']) given(await store.set(TENANT, setting(name, 'v', 2n)));
    given(await store.set(TENANT, setting('b', 'equal', 2n)));
    const older = errorOf(await store.set(TENANT, setting('b', 'older', 1n)));
    assert.deepEqual(older, {
      kind: 'outdated',
      reason: 'failed to update b: newer update already written',
    });
    given(await store.delete(TENANT, 'é'));
    given(await store.delete(TENANT, 'never'));
    const all = given(await store.list(TENANT)).map(({ name, value }) => `${name}=${value}`);
    assert.deepEqual(all, ['=v', 'b=equal']);
    assert.deepEqual(given(await store.list(OTHER)), []);
  });

  test('set at once are all there', async () => {
    const store = settingsOn(await newDisk());
    const names = Array.from({ length: 40 }, (_, i) => `n${i}`);
    await Promise.all(names.map((name) => store.set(TENANT, setting(name, 'v'))));
    assert.equal(given(await store.list(TENANT)).length, names.length);
  });

  test('are bounded by number and bytes, and writes that wait by number', async () => {
    const store = settingsOn(await newDisk());
    const large = 'x'.repeat(200_000);
    given(await store.set(TENANT, setting('large', large)));
    const full = errorOf(await store.set(TENANT, setting('more', large)));
    assert.deepEqual(full, {
      kind: 'full',
      reason: 'settings of 400009 bytes; the limit of a tenant is 262144',
    });
    given(await store.set(TENANT, setting('large', 'small')));
    const many = await Promise.all(
      Array.from({ length: 70 }, (_, i) => store.set(OTHER, setting(`${i}`, ''))),
    );
    assert.equal(many.filter(({ ok }) => !ok).length, 6);
    assert.deepEqual(errorOf(many[69] ?? many[0]!).kind, 'unavailable');
  });

  test('of more tenants than may have files are refused', async () => {
    const fs = await newDisk();
    const store = settingsOn(fs);
    for (let i = 0; i < 1000; i++) await fs.mkdir(`${DATA_DIR}/tenants/t${i}`);
    const refused = errorOf(await store.set(tenantId('new'), setting('a', '')));
    assert.equal(refused.reason, '1000 tenants have files; the limit is 1000');
    given(await store.set(tenantId('t7'), setting('a', '')));
  });

  test('survive a crash at any moment: what was answered, or what was on its way', async () => {
    // The first write takes some fifteen operations, each of the others seven.
    for (let at = 1; at <= 60; at++) {
      const fs = await newDisk(at);
      fs.crashAt(at);
      const store = settingsOn(fs);
      const told = new Map<string, string>();
      let onItsWay: string | undefined;
      for (let i = 0; i < 6 && onItsWay === undefined; i++) {
        const value = `v${i}`;
        const done = await store.set(TENANT, setting('k', value, BigInt(i)));
        if (done.ok) told.set('k', value);
        else onItsWay = value;
      }
      const after = given(await settingsOn(fs.crash()).list(TENANT));
      const [found] = after.map(({ value }) => value);
      assert.ok(found === told.get('k') || found === onItsWay, `${at}: ${found}`);
    }
  });

  test('that are damaged are an error that names them, and are not written over', async () => {
    const fs = await newDisk();
    const store = settingsOn(fs);
    given(await store.set(TENANT, setting('a', 'v')));
    fs.flipBit(`${DATA_DIR}/tenants/one/settings`, 20, 3);
    const { kind, reason } = errorOf(await store.set(TENANT, setting('b', 'v')));
    assert.equal(kind, 'damaged');
    assert.match(reason, /tenant one's settings is damaged: checksum/);
    assert.equal(errorOf(await store.list(TENANT)).kind, 'damaged');
  });
});

describe('uploaded files', () => {
  const idAt = (millis: number, name = 'a.txt') =>
    createAdHocId(millis, createSeededRandom(millis).bytes(10), name);

  test('come back as they were, the newest first in the list', async () => {
    const store = uploadsOn(await newDisk());
    const ids = [3, 1, 2].map((millis) => idAt(millis));
    for (const id of ids) given(await store.add(TENANT, id, Uint8Array.of(1, 2)));
    assert.deepEqual([...given(await store.read(TENANT, ids[1]!))], [1, 2]);
    const times = given(await store.list(TENANT)).map((id) => parseAdHocId(id)?.atMillis);
    assert.deepEqual(times, [3, 2, 1]);
    assert.deepEqual(given(await store.list(OTHER)), []);
    assert.equal(errorOf(await store.read(OTHER, ids[1]!)).kind, 'not-found');
  });

  test('make room for new ones, the oldest first, and left-overs go', async () => {
    const fs = await newDisk();
    const store = uploadsOn(fs, { maxFiles: 3, maxBytes: 100 });
    await fs.mkdir(`${DATA_DIR}/tenants/one/adhoc`);
    await (await fs.open(`${DATA_DIR}/tenants/one/adhoc/x.file.tmp`, 'truncate')).close();
    for (let i = 1; i <= 5; i++) given(await store.add(TENANT, idAt(i), new Uint8Array(10)));
    assert.equal((await fs.readdir(`${DATA_DIR}/tenants/one/adhoc`)).length, 3);
    // By a clock that was set back, it is the oldest; and alone it is more than there may be.
    given(await store.add(TENANT, idAt(0), new Uint8Array(200)));
    assert.deepEqual(given(await store.list(TENANT)), [idAt(0)]);
  });

  test('are not taken while the disk is nearly full', async () => {
    const store = uploadsOn(await newDisk(1, 1000), undefined, () => 2000);
    const error = errorOf(await store.add(TENANT, idAt(1), new Uint8Array(10)));
    assert.equal(error.kind, 'unavailable');
    assert.match(error.reason, /the disk has 1000 bytes left, and 2000 are to be free/);
  });

  test('survive a crash when that was answered', async () => {
    for (let at = 1; at < 30; at++) {
      const fs = await newDisk(at);
      fs.crashAt(at);
      const store = uploadsOn(fs);
      const stored: string[] = [];
      for (let i = 1; i < 5; i++) {
        if ((await store.add(TENANT, idAt(i), Uint8Array.of(i))).ok) stored.push(idAt(i));
      }
      const after = uploadsOn(fs.crash());
      for (const id of stored) {
        assert.equal(given(await after.read(TENANT, id)).length, 1, `${at}`);
      }
    }
  });

  test('have ids that are safe in a path and tell time and name', () => {
    const id = createAdHocId(1_795_478_400_123, new Uint8Array(10).fill(0xff), 'a/ü b.pprof');
    assert.deepEqual(parseAdHocId(id), { id, atMillis: 1_795_478_400_123, name: 'a___b.pprof' });
    assert.ok(createAdHocId(1, new Uint8Array(10), 'x'.repeat(5000)).length < 240);
    for (const bad of ['..', '../x', 'a', '', `${id}/x`, `8${id.slice(1)}`]) {
      assert.equal(parseAdHocId(bad), undefined, bad);
    }
    assert.equal(isIdText(''), false);
    assert.equal(isIdText('../x'), false);
  });
});

for (const [what, bytes, decode] of [
  ['settings', encodeSettings([setting('a', '{"b":1}', -3n)]), decodeSettings],
  [
    'an uploaded file',
    encodeAdHocFile({ name: 'ü', uploadedAtMillis: 5, content: Uint8Array.of(1, 2, 3) }),
    decodeAdHocFile,
  ],
] as const) {
  test(`a file of ${what} is what was written, or is refused as damaged`, () => {
    const whole = JSON.stringify(decode(bytes, 'it'), replaceBigint);
    fc.assert(
      fc.property(corruptBytes(bytes), (damaged) => {
        try {
          assert.equal(JSON.stringify(decode(damaged, 'it'), replaceBigint), whole);
        } catch (error) {
          assert.ok(error instanceof FilesRefusal && error.error.kind === 'damaged', `${error}`);
        }
      }),
      PARSER_RUNS,
    );
  });
}

function replaceBigint(_key: string, value: unknown): unknown {
  return typeof value === 'bigint' ? `${value}` : value;
}
