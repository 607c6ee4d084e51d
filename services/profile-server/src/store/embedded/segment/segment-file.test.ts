import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import {
  createSeededRandom,
  createSimFs,
  type Fs,
  writeFileAtomically,
} from '@emberscope/node-kit';
import { DamagedBytes } from '../codec/damaged-bytes.ts';
import type { PageRef, SegmentDirectory } from './segment-directory.ts';
import { openSegment, openSegmentPages } from './segment-file.ts';
import { createSegmentWriter } from './segment-writer.ts';

const PAGE = new Uint8Array(300).map((_, i) => i % 7);
const IDS = new Uint8Array(48).map((_, i) => (i * 181) % 256);

/** Header bytes that nobody looks at: zeros, for what may come. */
const IGNORED_FROM = 8;
const IGNORED_TO = 16;

describe('a segment file', () => {
  let fs: Fs;
  let whole: Uint8Array;
  let pages: readonly PageRef[];

  before(async () => {
    fs = createSimFs({ random: createSeededRandom(1) });
    pages = await writeSmallSegment(fs);
    whole = readAll(fs, '/data/day/1.seg');
  });

  it('gives pages back as they were', () => {
    const segment = openSegment(fs, '/data/day/1.seg');
    assert.deepEqual(segment.page(pages[0] as PageRef), PAGE);
    assert.deepEqual(segment.page(pages[1] as PageRef), IDS);
    assert.equal(segment.directory.day, 20_000);
    segment.close();
  });

  it('deflates what becomes smaller and nothing else', () => {
    assert.equal(pages[0]?.[4], 1);
    assert.equal(pages[1]?.[4], 0);
  });

  it('leaves no temporary file behind', async () => {
    assert.deepEqual(
      (await fs.readdir('/data/day')).map(({ name }) => name),
      ['1.seg'],
    );
  });

  it('gives pages to who does not ask for the directory, which may be bad', async () => {
    const ref = pages[0] as PageRef;
    const last = Math.max(...pages.map(([offset, storedBytes]) => offset + storedBytes));
    const changed = whole.slice();
    changed[last] = (changed[last] ?? 0) ^ 0xff;
    await writeFileAtomically(fs, '/data/day/bad.seg', changed);
    assert.throws(() => openSegment(fs, '/data/day/bad.seg'), isDamageOf('/data/day/bad.seg'));
    const segment = openSegmentPages(fs, '/data/day/bad.seg');
    assert.deepEqual(segment.page(ref), PAGE);
    const [, ...rest] = ref;
    assert.throws(() => segment.page([last, ...rest]), isDamageOf('/data/day/bad.seg'));
    segment.close();
    for (const at of [0, whole.length - 1]) {
      const broken = whole.slice();
      broken[at] = (broken[at] ?? 0) ^ 0xff;
      await writeFileAtomically(fs, '/data/day/bad.seg', broken);
      assert.throws(
        () => openSegmentPages(fs, '/data/day/bad.seg'),
        isDamageOf('/data/day/bad.seg'),
      );
    }
  });

  it('notices every flipped byte', async () => {
    for (let at = 0; at < whole.length; at++) {
      const changed = whole.slice();
      changed[at] = (changed[at] ?? 0) ^ 0xff;
      await writeFileAtomically(fs, '/data/day/changed.seg', changed);
      const readBoth = () => readPages(fs, '/data/day/changed.seg', pages);
      if (at >= IGNORED_FROM && at < IGNORED_TO) readBoth();
      else assert.throws(readBoth, isDamageOf('/data/day/changed.seg'), `byte ${at}`);
    }
  });

  it('notices that bytes are missing, however many', async () => {
    for (let length = 0; length < whole.length; length++) {
      await writeFileAtomically(fs, '/data/day/short.seg', whole.subarray(0, length));
      assert.throws(
        () => openSegment(fs, '/data/day/short.seg'),
        isDamageOf('/data/day/short.seg'),
        `${length} bytes`,
      );
    }
  });

  const lies: readonly [string, (ref: PageRef) => PageRef, RegExp][] = [
    ['a page in the directory', ([, ...r]) => [1 << 20, ...r], /do not lie in 16-/],
    ['a page before the first', ([, ...r]) => [0, ...r], /do not lie in 16-/],
    ['a raw length too small', ([o, s, , c, k]) => [o, s, 299, c, k], /inflate to 299/],
    ['a raw length too large', ([o, s, , c, k]) => [o, s, 301, c, k], /and 301 are written/],
    ['a raw length out of reach', ([o, s, , c, k]) => [o, s, 1e9, c, k], /cannot be 1000000000/],
    ['a plain page of another length', ([o, s, r, c]) => [o, s, r, c, 0], /plain bytes/],
    ['another checksum', ([o, s, r, , k]) => [o, s, r, 1, k], /checksum .* where 00000001/],
  ];
  for (const [title, lie, message] of lies) {
    it(`refuses ${title}`, () => {
      const segment = openSegment(fs, '/data/day/1.seg');
      assert.throws(
        () => segment.page(lie(pages[0] as PageRef)),
        (error: Error) => error instanceof DamagedBytes && message.test(error.message),
      );
    });
  }

  it('says that a file is of a newer version', async () => {
    const changed = whole.slice();
    changed[6] = 2;
    await writeFileAtomically(fs, '/data/day/newer.seg', changed);
    assert.throws(() => openSegment(fs, '/data/day/newer.seg'), {
      message: 'segment /data/day/newer.seg, the header: a newer version 2, and 1 is the one known',
    });
  });

  it('passes on what the disk says', () => {
    assert.throws(() => openSegment(fs, '/data/day/none.seg'), { name: 'FsError' });
  });
});

describe('writing a segment file', () => {
  it('leaves nothing behind when any operation fails', async () => {
    for (let nth = 1; ; nth++) {
      const fs = createSimFs({ random: createSeededRandom(nth), writeBackChance: 0 });
      fs.failAt(nth, 'no-space');
      const failed = await writeSmallSegment(fs).then(
        () => false,
        () => true,
      );
      if (!failed) return;
      const left = await fs.readdir('/data/day').catch(() => []);
      assert.deepEqual(left, [], `operation ${nth}`);
    }
  });

  it('writes pages that are longer than a slice', async () => {
    const fs = createSimFs({ random: createSeededRandom(2) });
    const writer = await createSegmentWriter({ fs, dataDir: '/data', file: '1.seg', level: 1 });
    const long = new Uint8Array(3 * 1024 * 1024 + 5).map((_, i) => (i * i) % 251);
    const ref = await writer.addPlainPage(long);
    const { sizeBytes } = await writer.finish(directoryOf(ref));
    const segment = openSegment(fs, '/data/1.seg');
    assert.equal(segment.sizeBytes, sizeBytes);
    assert.deepEqual(segment.page(ref), long);
  });
});

async function writeSmallSegment(fs: Fs): Promise<readonly PageRef[]> {
  const writer = await createSegmentWriter({ fs, dataDir: '/data', file: 'day/1.seg', level: 1 });
  try {
    const [page] = await writer.addPages([PAGE]);
    const ids = await writer.addPlainPage(IDS);
    if (page === undefined) throw new Error('no page');
    await writer.finish(directoryOf(page));
    return [page, ids];
  } catch (error) {
    await writer.abort();
    throw error;
  }
}

function directoryOf(page: PageRef): SegmentDirectory {
  const pushIds = { page, count: 1 };
  return { version: 1, day: 20_000, isRollup: false, epochs: [], tables: [], pushIds };
}

function readPages(fs: Fs, path: string, pages: readonly PageRef[]): void {
  const segment = openSegment(fs, path);
  try {
    for (const ref of pages) segment.page(ref);
  } finally {
    segment.close();
  }
}

function readAll(fs: Fs, path: string): Uint8Array {
  const file = fs.openSync(path);
  const bytes = new Uint8Array(file.size());
  for (let done = 0; done < bytes.length; ) done += file.read(bytes.subarray(done), done);
  file.close();
  return bytes;
}

function isDamageOf(path: string): (error: Error) => boolean {
  return (error) => error instanceof DamagedBytes && error.message.includes(path);
}

describe('equal pages', () => {
  const write = async (sharesPages: boolean) => {
    const fs = createSimFs({ random: createSeededRandom(1) });
    const options = { fs, dataDir: '/data', file: 'day/1.seg', level: 1, sharesPages };
    const writer = await createSegmentWriter(options);
    const first = await writer.addPage(PAGE);
    const [again, byStack] = [
      await writer.addPage(PAGE.slice()),
      (await writer.addPages([PAGE], true))[0],
    ];
    const empty = { day: 1, isRollup: false, epochs: [], tables: [], pushIds: undefined } as const;
    await writer.finish({ version: 1, ...empty });
    const segment = openSegment(fs, '/data/day/1.seg');
    for (const ref of [first, again, byStack as PageRef]) assert.deepEqual(segment.page(ref), PAGE);
    segment.close();
    return { first, again, byStack };
  };

  it('stand in a file once where it may share them, but by row and by stack', async () => {
    const { first, again, byStack } = await write(true);
    assert.deepEqual(again, first);
    assert.notEqual(byStack?.[0], first[0]);
    assert.deepEqual([first[4], byStack?.[4]], [1, 3]);
  });

  it('stand there twice where it may not', async () => {
    const { first, again } = await write(false);
    assert.notEqual(again[0], first[0]);
  });
});
