import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { closeSync, constants, openSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { fuzzRuns } from '@emberscope/test-kit';
import fc from 'fast-check';
import { createSeededRandom } from '../random/seeded-random.ts';
import type { File, Fs, OpenMode } from './fs.ts';
import { FsError, type FsErrorCode } from './fs-error.ts';
import { nodeFs } from './node-fs.ts';
import { createSimFs } from './sim-fs.ts';
import {
  makeDirectoryDurably,
  readFully,
  readWholeFile,
  temporaryPathOf,
  writeFileAtomically,
  writeFully,
} from './whole-file.ts';

/** What any file system must do; the simulated one is only worth something if it does the same. */
const cases: readonly [title: string, run: (fs: Fs, dir: string) => Promise<void>][] = [
  [
    'bytes are read back where they were written',
    async (fs, dir) => {
      const file = await fs.open(join(dir, 'a'), 'write');
      assert.equal(await file.write(text('hello world'), 0), 11);
      assert.equal(await file.write(text('W'), 6), 1);
      assert.equal(await file.size(), 11);
      assert.equal(await readText(file, 6, 100), 'World');
      assert.equal(await readText(file, 11, 10), '');
      assert.equal(await readText(file, 5000, 10), '');
      await file.close();
    },
  ],
  [
    'a file is read without a promise',
    async (fs, dir) => {
      const path = join(dir, 'a');
      const file = await fs.open(path, 'write');
      await writeFully(file, text('hello world'), 0);
      const reader = fs.openSync(path);
      assert.equal(reader.size(), 11);
      const bytes = new Uint8Array(5);
      assert.equal(reader.read(bytes, 6), 5);
      assert.equal(new TextDecoder().decode(bytes), 'world');
      assert.equal(reader.read(bytes, 11), 0);
      reader.close();
      reader.close();
      assert.throws(() => reader.read(bytes, 0), isFsErrorOf('closed'));
      assert.throws(() => fs.openSync(join(dir, 'b')), isFsErrorOf('not-found'));
      await file.close();
    },
  ],
  [
    'a write beyond the end leaves zeros, across pages',
    async (fs, dir) => {
      const file = await fs.open(join(dir, 'a'), 'write');
      await writeFully(file, text('end'), 10_000);
      const bytes = new Uint8Array(20_000).fill(9);
      assert.equal(await readFully(file, bytes, 0), 10_003);
      assert.ok(bytes.subarray(0, 10_000).every((byte) => byte === 0));
      assert.equal(new TextDecoder().decode(bytes.subarray(10_000, 10_003)), 'end');
      assert.equal(bytes[10_003], 9, 'beyond the end nothing is touched');
      await file.close();
    },
  ],
  [
    'what is cut off is zeros when the file grows again',
    async (fs, dir) => {
      const file = await fs.open(join(dir, 'a'), 'write');
      await writeFully(file, new Uint8Array(9000).fill(7), 0);
      await file.truncate(100);
      assert.equal(await file.size(), 100);
      await file.truncate(6000);
      const bytes = new Uint8Array(6000);
      assert.equal(await readFully(file, bytes, 0), 6000);
      assert.deepEqual([bytes[99], bytes[100], bytes[5999]], [7, 0, 0]);
      await file.close();
    },
  ],
  [
    'nothing is read or written for empty arrays',
    async (fs, dir) => {
      const file = await fs.open(join(dir, 'a'), 'write');
      assert.equal(await file.write(new Uint8Array(0), 50), 0);
      assert.equal(await file.size(), 0);
      assert.equal(await file.read(new Uint8Array(0), 0), 0);
      await file.close();
    },
  ],
  [
    'the four ways to open',
    async (fs, dir) => {
      const path = join(dir, 'a');
      await rejects(fs.open(path, 'read'), 'not-found');
      await writeText(fs, path, 'exclusive', 'one');
      await rejects(fs.open(path, 'exclusive'), 'exists');
      assert.equal(await contentOf(fs, path), 'one');
      await writeText(fs, path, 'write', 'T');
      assert.equal(await contentOf(fs, path), 'Tne');
      await writeText(fs, path, 'truncate', 'x');
      assert.equal(await contentOf(fs, path), 'x');
    },
  ],
  [
    'a file opened for reading is not written',
    async (fs, dir) => {
      const path = join(dir, 'a');
      await writeText(fs, path, 'write', 'safe');
      const file = await fs.open(path, 'read');
      await rejects(file.write(text('x'), 0), 'not-permitted');
      await rejects(file.truncate(0), 'not-permitted');
      await file.datasync();
      await file.close();
      assert.equal(await contentOf(fs, path), 'safe');
    },
  ],
  [
    'a closed file does nothing; closing waits for what is in flight',
    async (fs, dir) => {
      const file = await fs.open(join(dir, 'a'), 'write');
      const written = file.write(text('late'), 0);
      const closed = file.close();
      await rejects(file.write(text('x'), 0), 'closed');
      await rejects(file.read(new Uint8Array(1), 0), 'closed');
      await rejects(file.datasync(), 'closed');
      await rejects(file.size(), 'closed');
      assert.equal(await written, 4);
      await closed;
      await file.close();
      assert.equal(await contentOf(fs, join(dir, 'a')), 'late');
    },
  ],
  [
    'places that make no sense are mistakes',
    async (fs, dir) => {
      const file = await fs.open(join(dir, 'a'), 'write');
      for (const at of [-1, 0.5, Number.NaN, 2 ** 53]) {
        await assert.rejects(file.write(text('x'), at), RangeError);
        await assert.rejects(file.read(new Uint8Array(1), at), RangeError);
        await assert.rejects(file.truncate(at), RangeError);
      }
      await file.close();
    },
  ],
  [
    'directories: made with those above, listed by name, removed when empty',
    async (fs, dir) => {
      const inner = join(dir, 'x', 'y', 'z');
      await fs.mkdir(inner);
      await fs.mkdir(inner);
      await writeText(fs, join(dir, 'x', 'b'), 'write', '22');
      await writeText(fs, join(dir, 'x', 'a'), 'write', '1');
      assert.deepEqual(await fs.readdir(join(dir, 'x')), [
        { name: 'a', kind: 'file' },
        { name: 'b', kind: 'file' },
        { name: 'y', kind: 'directory' },
      ]);
      assert.deepEqual(await fs.stat(join(dir, 'x', 'b')), {
        kind: 'file',
        sizeBytes: 2,
        linkCount: 1,
      });
      const { kind, sizeBytes, linkCount } = await fs.stat(inner);
      assert.deepEqual([kind, sizeBytes, linkCount], ['directory', 0, 1]);
      await rejects(fs.rmdir(join(dir, 'x')), 'not-empty');
      await fs.rmdir(inner);
      await rejects(fs.rmdir(inner), 'not-found');
      await rejects(fs.rmdir(join(dir, 'x', 'a')), 'not-directory');
      assert.deepEqual(await fs.readdir(join(dir, 'x', 'y')), []);
    },
  ],
  [
    'what is no directory holds nothing, what is no file is not opened',
    async (fs, dir) => {
      const file = join(dir, 'f');
      await writeText(fs, file, 'write', '');
      await rejects(fs.open(join(file, 'x'), 'write'), 'not-directory');
      await rejects(fs.readdir(file), 'not-directory');
      await rejects(fs.syncDir(file), 'not-directory');
      await rejects(fs.mkdir(file), 'exists');
      await rejects(fs.mkdir(join(file, 'x')), 'not-directory');
      for (const mode of ['read', 'write', 'truncate'] as const) {
        await rejects(fs.open(dir, mode), 'is-directory');
      }
      await rejects(fs.open(dir, 'exclusive'), 'exists');
      await rejects(fs.open(join(dir, 'no', 'x'), 'write'), 'not-found');
      await rejects(fs.readdir(join(dir, 'no')), 'not-found');
      await rejects(fs.syncDir(join(dir, 'no')), 'not-found');
      await rejects(fs.unlink(join(dir, 'no')), 'not-found');
      await rejects(fs.unlink(dir), 'is-directory');
    },
  ],
  [
    'a rename takes the place of what was there',
    async (fs, dir) => {
      const [a, b] = [join(dir, 'a'), join(dir, 'b')];
      await writeText(fs, a, 'write', 'new');
      await writeText(fs, b, 'write', 'old');
      const stillOpen = await fs.open(b, 'read');
      await fs.rename(a, b);
      await rejects(fs.stat(a), 'not-found');
      assert.equal(await contentOf(fs, b), 'new');
      assert.equal(await readText(stillOpen, 0, 10), 'old');
      await stillOpen.close();
      await fs.rename(b, b);
      assert.equal(await contentOf(fs, b), 'new');
      await rejects(fs.rename(a, b), 'not-found');
    },
  ],
  [
    'a rename between directories and of directories, and those that cannot be',
    async (fs, dir) => {
      const [x, y] = [join(dir, 'x'), join(dir, 'y')];
      await fs.mkdir(join(x, 'sub'));
      await fs.mkdir(y);
      await writeText(fs, join(x, 'f'), 'write', 'here');
      await fs.rename(join(x, 'f'), join(y, 'g'));
      assert.equal(await contentOf(fs, join(y, 'g')), 'here');
      await rejects(fs.rename(x, join(x, 'sub', 'x')), 'invalid');
      await rejects(fs.rename(join(x, 'sub'), x), 'not-empty');
      await rejects(fs.rename(x, y), 'not-empty');
      await rejects(fs.rename(x, join(y, 'g')), 'not-directory');
      await rejects(fs.rename(join(y, 'g'), join(x, 'sub')), 'is-directory');
      await rejects(fs.rename(x, join(dir, 'no', 'x')), 'not-found');
      await fs.rename(x, join(y, 'x'));
      assert.deepEqual(await fs.readdir(join(y, 'x')), [{ name: 'sub', kind: 'directory' }]);
      await fs.mkdir(join(dir, 'empty'));
      await fs.rename(y, join(dir, 'empty'));
      assert.equal(await contentOf(fs, join(dir, 'empty', 'g')), 'here');
    },
  ],
  [
    'two names are one file until the last is gone, and an open file outlives both',
    async (fs, dir) => {
      const [a, b] = [join(dir, 'a'), join(dir, 'b')];
      await writeText(fs, a, 'write', 'same');
      await fs.link(a, b);
      assert.equal((await fs.stat(a)).linkCount, 2);
      await writeText(fs, b, 'write', 'S');
      assert.equal(await contentOf(fs, a), 'Same');
      await fs.rename(a, b);
      assert.equal((await fs.stat(a)).linkCount, 2, 'a rename onto itself does nothing');
      await rejects(fs.link(a, b), 'exists');
      await rejects(fs.link(join(dir, 'no'), join(dir, 'c')), 'not-found');
      await rejects(fs.link(dir, join(dir, 'c')), 'not-permitted');
      await fs.unlink(a);
      assert.equal((await fs.stat(b)).linkCount, 1);
      const file = await fs.open(b, 'write');
      await fs.unlink(b);
      await writeFully(file, text('?'), 4);
      assert.equal(await readText(file, 0, 10), 'Same?');
      await file.close();
      assert.deepEqual(await fs.readdir(dir), []);
    },
  ],
  [
    'space is told, of what exists',
    async (fs, dir) => {
      const { freeBytes, totalBytes } = await fs.space(dir);
      assert.ok(freeBytes > 0 && freeBytes <= totalBytes);
      await rejects(fs.space(join(dir, 'no')), 'not-found');
    },
  ],
  [
    'errors say what, where and why',
    async (fs, dir) => {
      const path = join(dir, 'no');
      const error = await fs.stat(path).catch((error: unknown) => error);
      assert.ok(error instanceof FsError);
      assert.deepEqual(error.data, { code: 'not-found', operation: 'stat', path });
      assert.match(error.message, /^stat \/.*no: .*\(not-found\)$/);
      assert.equal(error.name, 'FsError');
    },
  ],
  [
    'a file is replaced whole, and nothing is left beside it',
    async (fs, dir) => {
      const path = join(dir, 'MANIFEST');
      await writeFileAtomically(fs, path, text('one'));
      await writeFileAtomically(fs, path, new Uint8Array(10_000).fill(65));
      assert.equal(await contentOf(fs, path), 'A'.repeat(10_000));
      await rejects(readWholeFile(fs, path, 9_999), 'invalid');
      assert.equal((await readWholeFile(fs, path, 10_000)).length, 10_000);
      await fs.mkdir(join(dir, 'taken', 'inside'));
      await rejects(writeFileAtomically(fs, join(dir, 'taken'), text('x')), 'is-directory');
      assert.deepEqual(
        (await fs.readdir(dir)).map(({ name }) => name),
        ['MANIFEST', 'taken'],
      );
      assert.equal(temporaryPathOf(path), `${path}.tmp`);
    },
  ],
  [
    'directories are made durably, also again',
    async (fs, dir) => {
      await makeDirectoryDurably(fs, join(dir, 'x', 'y'));
      await makeDirectoryDurably(fs, join(dir, 'x', 'y'));
      await makeDirectoryDurably(fs, join(dir, 'x', 'z'));
      assert.equal((await fs.readdir(join(dir, 'x'))).length, 2);
    },
  ],
];

let root: string;
before(async () => {
  root = await mkdtemp(join(tmpdir(), 'fs-conformance-'));
});
after(() => rm(root, { recursive: true }));

let directories = 0;
async function freshDirectory(fs: Fs): Promise<string> {
  const path = join(root, `d${directories++}`);
  await fs.mkdir(path);
  return path;
}

const simFs = createSimFs({ random: createSeededRandom(1) });
for (const [name, fs] of [
  ['nodeFs', nodeFs],
  ['SimFs', simFs],
] as const) {
  describe(name, () => {
    for (const [title, run] of cases) {
      test(title, async () => run(fs, await freshDirectory(fs)));
    }
  });
}

test('any sequence of operations looks the same on both', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 40 }), async (steps) => {
      const [real, simulated] = await Promise.all(
        [nodeFs, simFs].map(async (fs) => walk(fs, await freshDirectory(fs), steps)),
      );
      assert.deepEqual(simulated, real);
    }),
    fuzzRuns(60, 2000),
  );
});

/** Few names, so that operations meet each other. */
const path = fc.constantFrom('a', 'b', 'd', 'd/a', 'd/b', 'd/e', 'd/e/a', 'no/a');
const step = fc.oneof(
  fc.record({
    kind: fc.constant('write' as const),
    path,
    mode: fc.constantFrom<OpenMode>('read', 'write', 'truncate', 'exclusive'),
    at: fc.constantFrom(0, 1, 3, 4090, 4096, 9000),
    length: fc.constantFrom(0, 1, 5, 4096, 5000),
  }),
  fc.record({ kind: fc.constant('truncate' as const), path, size: fc.nat({ max: 10_000 }) }),
  fc.record({ kind: fc.constant('rename' as const), path, to: path }),
  fc.record({ kind: fc.constant('link' as const), path, to: path }),
  fc.record({ kind: fc.constantFrom('unlink', 'mkdir', 'rmdir', 'syncDir'), path }),
);
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

/** What a program sees: the outcome of every step, and the whole tree at the end. */
async function walk(fs: Fs, dir: string, steps: readonly Step[]): Promise<readonly string[]> {
  const seen: string[] = [];
  for (const [number, step] of steps.entries()) {
    try {
      await take(fs, dir, step, number);
      seen.push(`${step.kind} ${step.path}`);
    } catch (error) {
      assert.ok(error instanceof FsError, String(error));
      seen.push(`${step.kind} ${step.path}: ${error.operation} ${error.code}`);
    }
  }
  await draw(fs, dir, '', seen);
  return seen;
}

async function take(fs: Fs, dir: string, step: Step, number: number): Promise<void> {
  const path = join(dir, step.path);
  switch (step.kind) {
    case 'write': {
      const file = await fs.open(path, step.mode);
      try {
        await writeFully(file, new Uint8Array(step.length).fill(number + 1), step.at);
        await file.datasync();
      } finally {
        await file.close();
      }
      return;
    }
    case 'truncate': {
      const file = await fs.open(path, 'write');
      await file.truncate(step.size);
      await file.close();
      return;
    }
    case 'rename':
      return fs.rename(path, join(dir, step.to));
    case 'link':
      return fs.link(path, join(dir, step.to));
    case 'unlink':
    case 'mkdir':
    case 'rmdir':
    case 'syncDir':
      return fs[step.kind](path);
    default:
      step satisfies never;
  }
}

async function draw(fs: Fs, dir: string, at: string, seen: string[]): Promise<void> {
  for (const { name, kind } of await fs.readdir(join(dir, at))) {
    const path = join(at, name);
    const { sizeBytes, linkCount } = await fs.stat(join(dir, path));
    if (kind === 'directory') await draw(fs, dir, path, seen);
    const content = kind === 'file' ? runsOf(await readWholeFile(fs, join(dir, path), 1e6)) : '';
    seen.push(`${kind} ${path} ${sizeBytes} B, ${linkCount} names: ${content}`);
  }
}

/** `7x4096 0x20`: short enough to read in a failure. */
function runsOf(bytes: Uint8Array): string {
  const runs: string[] = [];
  for (let start = 0; start < bytes.length; ) {
    let end = start + 1;
    while (end < bytes.length && bytes[end] === bytes[start]) end++;
    runs.push(`${bytes[start]}x${end - start}`);
    start = end;
  }
  return runs.join(' ');
}

function text(content: string): Uint8Array {
  return new TextEncoder().encode(content);
}

async function readText(file: File, at: number, length: number): Promise<string> {
  const bytes = new Uint8Array(length);
  return new TextDecoder().decode(bytes.subarray(0, await readFully(file, bytes, at)));
}

async function contentOf(fs: Fs, path: string): Promise<string> {
  return new TextDecoder().decode(await readWholeFile(fs, path, 1e6));
}

async function writeText(fs: Fs, path: string, mode: OpenMode, content: string): Promise<void> {
  const file = await fs.open(path, mode);
  await writeFully(file, text(content), 0);
  await file.close();
}

async function rejects(work: Promise<unknown>, code: FsErrorCode): Promise<void> {
  await assert.rejects(work, (error) => {
    assert.ok(error instanceof FsError, String(error));
    assert.equal(error.code, code, error.message);
    return true;
  });
}

function isFsErrorOf(code: FsErrorCode): (error: unknown) => boolean {
  return (error) => error instanceof FsError && error.code === code;
}

test('nodeFs: a directory that the kernel does not make is an error and not a wait', {
  skip: process.platform !== 'linux' && 'there is no /proc',
}, async () => {
  await rejects(nodeFs.mkdir('/proc/nope/inside'), 'not-found');
});

test('nodeFs: a pipe in the place of a file is an error and not a wait', {
  skip: process.platform === 'win32' && 'there are no such pipes',
  timeout: 5_000,
}, async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'emberscope-pipe-'));
  const path = join(folder, 'LOCK');
  execFileSync('mkfifo', [path]);
  t.after(async () => {
    // Should somebody wait for it to be written: they would keep this process from ending.
    closeSync(openSync(path, constants.O_RDWR));
    await rm(folder, { recursive: true });
  });
  for (const mode of ['read', 'write', 'truncate'] as const) {
    await rejects(nodeFs.open(path, mode), 'invalid');
  }
  assert.throws(() => nodeFs.openSync(path), isFsErrorOf('invalid'));
});
