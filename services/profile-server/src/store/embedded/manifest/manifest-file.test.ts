import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { createSeededRandom, createSimFs, type SimFs } from '@emberscope/node-kit';
import fc from 'fast-check';
import type { Manifest, SegmentEntry } from './manifest.ts';
import {
  decodeManifest,
  EMPTY_MANIFEST,
  encodeManifest,
  sharedManifest,
  shareManifest,
} from './manifest-bytes.ts';
import { manifestPath, readManifest, writeManifest } from './manifest-file.ts';

const DATA = '/data';

const SEGMENT: SegmentEntry = {
  file: '2026-11-22/000017.seg',
  kind: 'flush',
  day: 20_779,
  sizeBytes: 1000,
  directoryCrc: 77,
  profileCount: 3,
  oldestMillis: 1,
  newestMillis: 2,
  firstArrival: 3,
  lastArrival: 5,
  sequence: 6,
  newestPushIdMillis: 0,
};

const FULL: Manifest = {
  version: 1,
  sequence: 7,
  logFloor: 42,
  nextFile: 18,
  nextArrival: 9000,
  segments: [SEGMENT, { ...SEGMENT, file: 'b' }],
  rollups: [{ ...SEGMENT, kind: 'rollup' }],
  deletions: [
    {
      id: 'd',
      sequence: 5,
      beforeArrival: 4,
      tenants: ['anonymous'],
      matchers: [{ name: 'service_name', op: '=~', value: 'a\n"b"|ü' }],
      startNanos: '0',
      endNanos: '99',
      createdMillis: 1,
    },
  ],
};

test('what is written is read', async () => {
  const fs = await simFs();
  assert.equal(await readManifest(fs, DATA), undefined);
  await writeManifest(fs, DATA, EMPTY_MANIFEST);
  assert.deepEqual(await readManifest(fs, DATA), EMPTY_MANIFEST);
  await writeManifest(fs, DATA, FULL);
  assert.deepEqual(await readManifest(fs.crash('lost'), DATA), FULL);
  assert.deepEqual(sharedManifest(shareManifest(FULL)), FULL);
});

test('any wrong bit and any missing end is noticed', () => {
  const bytes = encodeManifest(FULL);
  fc.assert(
    fc.property(fc.nat(bytes.length * 8 - 1), (bit) => {
      const damaged = bytes.slice();
      damaged[bit >> 3] = (damaged[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      assert.throws(() => decodeManifest(damaged), /manifest/);
    }),
  );
  for (let cut = 0; cut < bytes.length; cut += 7) {
    assert.throws(() => decodeManifest(bytes.subarray(0, cut)), /manifest/);
  }
});

describe('a damaged manifest', () => {
  test('gives way to a newer one whose rename was lost', async () => {
    const fs = await damaged(encodeManifest({ ...FULL, sequence: 8 }));
    assert.equal((await readManifest(fs, DATA))?.sequence, 8);
  });

  for (const [title, replacement] of [
    ['none', undefined],
    ['an older one', encodeManifest({ ...FULL, sequence: 6 })],
    ['a damaged one', encodeManifest({ ...FULL, sequence: 8 }).subarray(0, 100)],
  ] as const) {
    test(`is never guessed when beside it stands ${title}`, async () => {
      const fs = await damaged(replacement);
      await assert.rejects(readManifest(fs, DATA), {
        name: 'DataDirError',
        message: /^\/data\/MANIFEST is damaged \(.*\) and no newer one stands beside it: restore/,
      });
    });
  }
});

test('a whole one counts, whatever stands beside it', async () => {
  const fs = await simFs();
  await writeManifest(fs, DATA, FULL);
  await write(fs, `${manifestPath(DATA)}.tmp`, encodeManifest({ ...FULL, sequence: 8 }));
  assert.equal((await readManifest(fs, DATA))?.sequence, 7);
});

async function damaged(replacement: Uint8Array | undefined): Promise<SimFs> {
  const fs = await simFs();
  await writeManifest(fs, DATA, FULL);
  fs.flipBit(manifestPath(DATA), 200, 1);
  if (replacement !== undefined) await write(fs, `${manifestPath(DATA)}.tmp`, replacement);
  return fs;
}

async function write(fs: SimFs, path: string, bytes: Uint8Array): Promise<void> {
  const file = await fs.open(path, 'truncate');
  await file.write(bytes, 0);
  await file.close();
}

async function simFs(): Promise<SimFs> {
  const fs = createSimFs({ random: createSeededRandom(1) });
  await fs.mkdir(DATA);
  await fs.syncDir('/');
  return fs;
}
