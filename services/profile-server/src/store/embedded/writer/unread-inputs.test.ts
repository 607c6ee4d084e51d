import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { SegmentEntry } from '../manifest/manifest.ts';
import { sharedManifest } from '../manifest/manifest-bytes.ts';
import { DATA_DIR, type TestWriter } from './testing/open-writer.ts';
import { openRealWriter } from './testing/real-maintenance.ts';
import { DAY, drawn, HOUR, push, START_MILLIS } from './testing/writer-profiles.ts';

/* Merges whose inputs the disk does not hand out. */

const FIRST = '2026-11-24/000001.seg';

/** Three segments of a profile each, of a day that is about to be merged. */
async function withDueDay(): Promise<TestWriter> {
  const opened = await openRealWriter();
  for (let i = 0; i < 3; i++) {
    await push(opened, drawn(`main;f${i} 1`, START_MILLIS + i * HOUR));
    await opened.run(opened.writer.flush());
  }
  opened.clock.jumpWall(DAY + 3 * HOUR);
  return opened;
}

/** Refuses so many attempts to open a file from now on. */
function refuse({ fs }: TestWriter, file: string, count: number): void {
  let left = count;
  fs.setScript(({ operation, path }) =>
    operation === 'open' && path === `${DATA_DIR}/${file}` && left-- > 0
      ? { kind: 'error', code: 'io' }
      : undefined,
  );
}

/** Changes a bit of the end of a file. */
function damage({ fs }: TestWriter, { file, sizeBytes }: SegmentEntry): void {
  fs.flipBit(`${DATA_DIR}/${file}`, sizeBytes - 50, 2);
}

const manifestOf = ({ writer }: TestWriter) => sharedManifest(writer.view().manifest);

/** Of each roll-up, how many profiles it is of. */
const rolledUp = (opened: TestWriter) =>
  manifestOf(opened).rollups.map(({ profileCount }) => profileCount);

const filesOf = (opened: TestWriter) => manifestOf(opened).segments.map(({ file }) => file);

describe('a merge that cannot read one of its inputs', () => {
  test('is done again, with all of them', async () => {
    const opened = await withDueDay();
    refuse(opened, FIRST, 2);
    const seen = new Set<string>();
    for (let second = 0; second < 10; second++) {
      await opened.clock.advance(1000);
      seen.add(rolledUp(opened).join());
    }
    assert.deepEqual([...seen], ['', '3']);
    assert.equal(filesOf(opened).length, 1);
  });

  test('goes on without it in the end, until it can be read', async () => {
    const opened = await withDueDay();
    refuse(opened, FIRST, 4);
    await opened.clock.advance(20_000);
    assert.deepEqual(rolledUp(opened), [2]);
    assert.ok(filesOf(opened).includes(FIRST));
    await opened.clock.advance(60_000);
    assert.deepEqual(rolledUp(opened), [2]);
    await opened.clock.advance(125_000);
    assert.deepEqual(rolledUp(opened), [3]);
    const told = opened.events.filter(({ level }) => level === 'error');
    const leftOut = (seconds: number) =>
      `${FIRST} cannot be read, and is left out of merges for ${seconds} s`;
    assert.deepEqual(
      told.map(({ message }) => message),
      [leftOut(60), leftOut(120)],
    );
    assert.equal(filesOf(opened).length, 1);
  });
});

test('a roll-up stays while what it is of cannot be read', async () => {
  const opened = await withDueDay();
  refuse(opened, FIRST, 3);
  await opened.clock.advance(20_000);
  const merged = manifestOf(opened).segments.find(({ kind }) => kind === 'day');
  assert.ok(merged !== undefined);
  damage(opened, merged);
  await opened.clock.advance(80_000);
  assert.deepEqual(rolledUp(opened).toSorted(), [1, 2]);
});
