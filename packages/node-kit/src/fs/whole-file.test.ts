import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { fuzzRuns } from '@emberscope/test-kit';
import { createSimClock } from '../clock/sim-clock.ts';
import { createSeededRandom } from '../random/seeded-random.ts';
import type { Fs } from './fs.ts';
import { FsError } from './fs-error.ts';
import { createSimFs, type SimFs } from './sim-fs.ts';
import {
  makeDirectoryDurably,
  readWholeFile,
  temporaryPathOf,
  writeFileAtomically,
  writeFully,
} from './whole-file.ts';

const seeds = fuzzRuns(40, 1000).numRuns;

type Replace = (fs: Fs, path: string, bytes: Uint8Array) => Promise<void>;

/** Longer than one page, and as many sectors of it as possible unlike the old one's. */
const OLD = new Uint8Array(5000).fill(1);
const NEW = new Uint8Array(9000).fill(2);

/**
 * Replaces OLD by NEW with the power going at every operation in turn, and once after the last.
 * Answers what was found that must not be.
 */
async function violations(replace: Replace): Promise<ReadonlySet<string>> {
  const found = new Set<string>();
  for (let seed = 0; seed < seeds; seed++) {
    for (let nth = 1, isDone = false; !isDone; nth++) {
      const fs = createSimFs({ random: createSeededRandom(seed), chances: { shortWrite: 0.2 } });
      await fs.mkdir('/data');
      await writeFileAtomically(fs, '/data/MANIFEST', OLD);
      await fs.syncDir('/');
      fs.crashAt(nth);
      isDone = await replace(fs, '/data/MANIFEST', NEW).then(
        () => true,
        (error: unknown) => {
          assert.ok(error instanceof FsError && error.code === 'crashed', String(error));
          return false;
        },
      );
      const state = await stateAfter(fs);
      if (state !== 'new' && (state !== 'old' || isDone)) {
        found.add(isDone ? `${state} after it had returned` : state);
      }
    }
  }
  return found;
}

async function stateAfter(fs: SimFs): Promise<string> {
  const after = fs.crash();
  after.setChances({});
  try {
    const bytes = await readWholeFile(after, '/data/MANIFEST', 1e6);
    if (Buffer.compare(bytes, OLD) === 0) return 'old';
    if (Buffer.compare(bytes, NEW) === 0) return 'new';
    return bytes.length === 0 ? 'empty' : 'mixed';
  } catch (error) {
    assert.ok(error instanceof FsError && error.code === 'not-found', String(error));
    return 'absent';
  }
}

describe('replacing a file, with a power cut at any moment', () => {
  test('writeFileAtomically: old or new, whole, and new once it has returned', async () => {
    assert.deepEqual(await violations(writeFileAtomically), new Set());
  });

  const wrong: readonly [title: string, replace: Replace, found: readonly string[]][] = [
    [
      'without a sync before the rename',
      async (fs, path, bytes) => {
        await write(fs, temporaryPathOf(path), bytes, false);
        await fs.rename(temporaryPathOf(path), path);
        await fs.syncDir('/data');
      },
      ['empty', 'mixed', 'mixed after it had returned', 'empty after it had returned'],
    ],
    [
      'without a sync of the directory',
      async (fs, path, bytes) => {
        await write(fs, temporaryPathOf(path), bytes, true);
        await fs.rename(temporaryPathOf(path), path);
      },
      ['old after it had returned'],
    ],
    ['in place', (fs, path, bytes) => write(fs, path, bytes, true), ['empty', 'mixed']],
    [
      'by deleting the old one first',
      async (fs, path, bytes) => {
        await write(fs, temporaryPathOf(path), bytes, true);
        await fs.unlink(path);
        await fs.syncDir('/data');
        await fs.rename(temporaryPathOf(path), path);
        await fs.syncDir('/data');
      },
      ['absent'],
    ],
  ];
  for (const [title, replace, expected] of wrong) {
    test(`the simulation finds what is wrong with doing it ${title}`, async () => {
      const found = await violations(replace);
      for (const violation of expected) assert.ok(found.has(violation), [...found].join(', '));
    });
  }
});

test('with any one operation failing: old or new, and never both promised and lost', async () => {
  for (let seed = 0; seed < seeds; seed++) {
    for (const code of ['io', 'no-space'] as const) {
      for (let nth = 1, isDone = false; !isDone; nth++) {
        const fs = createSimFs({ random: createSeededRandom(seed) });
        await fs.mkdir('/data');
        await writeFileAtomically(fs, '/data/MANIFEST', OLD);
        await fs.syncDir('/');
        const before = fs.operationCount();
        fs.failAt(nth, code);
        const isReplaced = await writeFileAtomically(fs, '/data/MANIFEST', NEW).then(
          () => true,
          () => false,
        );
        isDone = fs.operationCount() - before < nth;
        assert.equal(isReplaced, isDone, `operation ${nth} failed and nobody heard of it`);
        const state = await stateAfter(fs);
        assert.ok(state === 'new' || (state === 'old' && !isReplaced), `${state} at ${nth}`);
      }
    }
  }
});

test('any bad luck at once, over several lives', async () => {
  for (let seed = 0; seed < seeds; seed++) {
    const clock = createSimClock();
    let fs = createSimFs({ random: createSeededRandom(seed), clock });
    const luck = { shortWrite: 0.3, noSpace: 0.1, writeError: 0.1, syncError: 0.1, slowSync: 0.2 };
    await fs.mkdir('/data');
    await writeFileAtomically(fs, '/data/MANIFEST', contentOf(0));
    await fs.syncDir('/');
    let possible = new Set([0]);
    for (let version = 1; version < 12; version++) {
      fs.setChances(luck);
      const isReplaced = await clock.runUntil(
        writeFileAtomically(fs, '/data/MANIFEST', contentOf(version)).then(
          () => true,
          () => false,
        ),
      );
      if (isReplaced) possible = new Set();
      possible.add(version);
      if (version % 3 !== 0) continue;
      fs = fs.crash();
      fs.setChances({});
      const bytes = await readWholeFile(fs, '/data/MANIFEST', 1e6);
      const found = bytes[0]!;
      assert.ok(possible.has(found), `seed ${seed}: ${found} of ${[...possible]}`);
      assert.deepEqual(bytes, contentOf(found));
      possible = new Set([found]);
    }
  }

  function contentOf(version: number): Uint8Array<ArrayBuffer> {
    return new Uint8Array(3000 + 700 * version).fill(version);
  }
});

test('directories made durably are there after any crash, also when an earlier life failed', async () => {
  for (let nth = 1; nth < 25; nth++) {
    const fs = createSimFs({ random: createSeededRandom(nth) });
    await fs.mkdir('/var');
    await fs.syncDir('/');
    fs.failAt(nth);
    await makeDirectoryDurably(fs, '/var/lib/data').catch(() => {});
    // The process dies there and the machine does not: what it made is seen, and not synced.
    const heir = fs.kill();
    await makeDirectoryDurably(heir, '/var/lib/data');
    assert.equal((await heir.crash('lost').stat('/var/lib/data')).kind, 'directory');
  }
});

test('writeFully does not go round for ever when nothing is written', async () => {
  const fs = createSimFs({ random: createSeededRandom(1) });
  const file = { ...(await fs.open('/a', 'write')), write: () => Promise.resolve(0) };
  await assert.rejects(writeFully(file, NEW, 7), /wrote 0 of 9000 bytes at 7 \(io\)/);
});

async function write(fs: Fs, path: string, bytes: Uint8Array, isSynced: boolean): Promise<void> {
  const file = await fs.open(path, 'truncate');
  try {
    await writeFully(file, bytes, 0);
    if (isSynced) await file.datasync();
  } finally {
    await file.close();
  }
}
