import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { crc32 } from 'node:zlib';
import { createSeededRandom, createSimFs, type SimFs } from '@emberscope/node-kit';
import { createRecordBatch } from '@emberscope/record-log';
import { createHeadLog, type HeadLog } from './head-log.ts';
import type { LogChunk } from './log-chunk.ts';
import { createLogFile } from './log-file.ts';
import { decodeLogHeader, encodeLogHeader, nameOfLog, RECORD_LIMITS } from './log-format.ts';
import { type Replayed, replayLog } from './replay-log.ts';
import { forEachPublished } from './testing/for-each-published.ts';

const FOLDER = '/data/log';

test('a header says what it was given, and any wrong bit is noticed', () => {
  const bytes = encodeLogHeader({ generation: 42, firstArrival: 2 ** 40 });
  assert.deepEqual(decodeLogHeader(bytes), { generation: 42, firstArrival: 2 ** 40 });
  for (let bit = 0; bit < bytes.length * 8; bit++) {
    const damaged = bytes.slice();
    damaged[bit >> 3] = (damaged[bit >> 3] ?? 0) ^ (1 << (bit & 7));
    assert.throws(() => decodeLogHeader(damaged), /log/, `bit ${bit}`);
  }
  assert.throws(() => decodeLogHeader(bytes.subarray(0, 10)), /10 of the 24 bytes/);
});

describe('a log file', () => {
  test('is durable with its name once it was made, and after each append', async () => {
    const fs = await simFs();
    const header = { generation: 1, firstArrival: 0 };
    const file = await createLogFile(fs, pathOf(1), header, records('a'));
    assert.deepEqual(await file.append(records('b', 'c')), { kind: 'durable' });
    const replayed = await replay(fs.crash('lost'));
    assert.deepEqual(textsOf(replayed), ['a', 'b', 'c']);
  });

  test('takes a batch back that could not be written whole', async () => {
    const fs = await simFs();
    const header = { generation: 1, firstArrival: 0 };
    const file = await createLogFile(fs, pathOf(1), header, records('a'));
    failWrites(fs, 'no-space', 1);
    const failed = await file.append(records('lost', 'lost too'));
    assert.equal(failed.kind, 'taken-back');
    fs.setScript(undefined);
    assert.deepEqual(await file.append(records('b')), { kind: 'durable' });
    assert.deepEqual(textsOf(await replay(fs.crash('kept'))), ['a', 'b']);
  });

  test('is never written again after a sync that failed', async () => {
    const fs = await simFs();
    const header = { generation: 1, firstArrival: 0 };
    const file = await createLogFile(fs, pathOf(1), header, records('a'));
    fs.setScript(({ operation }) =>
      operation === 'datasync' ? { kind: 'error', code: 'io' } : undefined,
    );
    assert.equal((await file.append(records('b'))).kind, 'broken');
    await assert.rejects(file.append(records('c')), /is not written again/);
  });
});

describe('the head', () => {
  test('shows a batch to readers when it is durable, in chunks that records never span', async () => {
    const fs = await simFs();
    const log = headLog(fs);
    const large = 'x'.repeat(700_000);
    await log.append(records('a', large), 0);
    await log.append(records('b', large, 'y'.repeat(5_000_000), 'c'), 2);
    const [view] = log.views();
    assert.equal(view?.chunks.length, 4);
    assert.deepEqual(
      shown(log).map((text) => text.length),
      [1, 700_000, 1, 700_000, 5_000_000, 1],
    );
    assert.equal(log.views(), log.views());
  });

  test('goes on in a new file after a cut, and drops the oldest', async () => {
    const fs = await simFs();
    const log = headLog(fs);
    await log.append(records('a'), 0);
    await log.cut();
    assert.equal(log.open(), undefined);
    assert.equal(log.floor(), 1);
    await log.append(records('b'), 1);
    assert.deepEqual(shown(log), ['a', 'b']);
    await log.drop(1);
    assert.equal(log.floor(), 2);
    assert.deepEqual(shown(log), ['b']);
    assert.deepEqual(
      (await fs.readdir(FOLDER)).map(({ name }) => name),
      [nameOfLog(2)],
    );
  });

  test('needs a probe after a sync that failed, and what failed never comes back', async () => {
    for (const fate of ['kept', 'lost', 'random'] as const) {
      const fs = await simFs();
      const log = headLog(fs);
      await log.append(records('a'), 0);
      failSyncs(fs);
      assert.equal((await log.append(records('lost'), 1)).kind, 'broken');
      assert.ok(log.isBroken());
      await assert.rejects(log.append(records('b'), 1), /until a probe/);
      await assert.rejects(log.probe(1), /io/);
      fs.setScript(undefined);
      await log.probe(1);
      assert.deepEqual(await log.append(records('b'), 1), { kind: 'durable' });
      assert.deepEqual(shown(log), ['a', 'b']);
      const replayed = await replay(fs.crash(fate));
      assert.deepEqual(textsOf(replayed), ['a', 'b'], fate);
      assert.deepEqual(replayed.damages, []);
    }
  });

  test('takes a failed beginning for a failed sync', async () => {
    const fs = await simFs();
    const log = headLog(fs);
    failSyncs(fs);
    assert.equal((await log.append(records('lost'), 0)).kind, 'broken');
    fs.setScript(undefined);
    await log.probe(0);
    await log.append(records('a'), 0);
    assert.deepEqual(textsOf(await replay(fs.crash('kept'))), ['a']);
  });
});

describe('replay', () => {
  test('cuts a torn tail off the last file alone', async () => {
    const fs = await simFs();
    const log = headLog(fs);
    await log.append(records('a', 'b'), 0);
    await log.close();
    await appendRaw(fs, pathOf(1), records('torn').subarray(0, 11));
    const first = await replay(fs);
    assert.deepEqual(textsOf(first), ['a', 'b']);
    assert.equal(first.tornBytes, 11);
    assert.deepEqual(first.damages, []);
    assert.equal(first.nextGeneration, 2);
    assert.equal((await replay(fs)).tornBytes, 0);
  });

  test('steps over damage, reports it, and tells what stands behind it', async () => {
    const fs = await simFs();
    const log = headLog(fs);
    await log.append(records('a', 'b', 'c'), 0);
    await log.cut();
    await log.append(records('d'), 3);
    await log.close();
    fs.flipBit(pathOf(1), 24 + 10 + 9, 0);
    const behind: string[] = [];
    const replayed = await replay(fs, 0, (text, isBehindDamage) => {
      if (isBehindDamage) behind.push(text);
    });
    assert.deepEqual(textsOf(replayed), ['a', 'c', 'd']);
    assert.deepEqual(behind, ['c']);
    assert.equal(replayed.damages.length, 1);
    assert.match(replayed.damages[0] ?? '', /0000000001\.log: 10 bytes at 34: checksum/);
  });

  test('reads the records behind a damaged header', async () => {
    const fs = await simFs();
    const log = headLog(fs);
    await log.append(records('a'), 7);
    await log.close();
    fs.flipBit(pathOf(1), 9, 3);
    const replayed = await replay(fs);
    assert.deepEqual(textsOf(replayed), ['a']);
    assert.equal(replayed.damages.length, 1);
    assert.equal(replayed.generations[0]?.firstArrival, 0);
  });

  test('takes files below the floor and files that were never begun away', async () => {
    const fs = await simFs();
    const log = headLog(fs);
    await log.append(records('a'), 0);
    await log.cut();
    await log.append(records('b'), 1);
    await log.close();
    await appendRaw(fs, pathOf(3), new Uint8Array(5));
    const replayed = await replay(fs, 2);
    assert.deepEqual(textsOf(replayed), ['b']);
    assert.deepEqual(replayed.damages, []);
    assert.equal(replayed.nextGeneration, 4);
    assert.deepEqual(
      (await fs.readdir(FOLDER)).map(({ name }) => name),
      [nameOfLog(2)],
    );
  });
});

async function simFs(): Promise<SimFs> {
  const fs = createSimFs({ random: createSeededRandom(1) });
  await fs.mkdir(FOLDER);
  await fs.syncDir('/');
  await fs.syncDir('/data');
  return fs;
}

function headLog(fs: SimFs): HeadLog {
  return createHeadLog({ fs, folder: FOLDER, replayed: [], nextGeneration: 1 });
}

function pathOf(generation: number): string {
  return `${FOLDER}/${nameOfLog(generation)}`;
}

function records(...texts: readonly string[]): Uint8Array {
  const batch = createRecordBatch(crc32, RECORD_LIMITS);
  for (const text of texts) batch.append(3, new TextEncoder().encode(text));
  return batch.bytes().slice();
}

async function appendRaw(fs: SimFs, path: string, bytes: Uint8Array): Promise<void> {
  const file = await fs.open(path, 'write');
  await file.write(bytes, await file.size());
  await file.datasync();
  await file.close();
}

/** The first `goodCount` writes are short, those behind them fail. */
function failWrites(fs: SimFs, code: 'no-space' | 'io', goodCount: number): void {
  let writes = 0;
  fs.setScript(({ operation }) => {
    if (operation !== 'write') return undefined;
    return writes++ < goodCount ? { kind: 'short' } : { kind: 'error', code };
  });
}

function failSyncs(fs: SimFs): void {
  fs.setScript(({ operation }) =>
    operation === 'datasync' ? { kind: 'error', code: 'io' } : undefined,
  );
}

function replay(
  fs: SimFs,
  floor = 0,
  accept: (text: string, isBehindDamage: boolean) => void = () => {},
): Promise<Replayed> {
  return replayLog({
    fs,
    folder: FOLDER,
    floor,
    day: 0,
    accept: ({ payload, isBehindDamage }) =>
      accept(new TextDecoder().decode(payload), isBehindDamage),
  });
}

function textsIn(views: readonly { readonly chunks: readonly LogChunk[] }[]): string[] {
  const texts: string[] = [];
  for (const { chunks } of views) {
    forEachPublished(chunks, (kind, bytes, start, end) => {
      if (kind === 3) texts.push(new TextDecoder().decode(bytes.slice(start, end)));
    });
  }
  return texts;
}

const shown = (log: HeadLog): string[] => textsIn(log.views());

function textsOf({ generations }: Replayed): string[] {
  return textsIn(generations.map(({ records: of }) => ({ chunks: of.chunks() })));
}
