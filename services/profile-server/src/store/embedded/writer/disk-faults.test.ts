import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  createSeededRandom,
  createSimClock,
  createSimFs,
  type FsErrorCode,
  type FsOperation,
  type SimFs,
} from '@emberscope/node-kit';
import type { PushOutcome } from '../../push.ts';
import { sharedManifest } from '../manifest/manifest-bytes.ts';
import { EVER } from './testing/deleted-series.ts';
import { DATA_DIR, openTestWriter } from './testing/open-writer.ts';
import {
  DAY,
  drawn,
  HOUR,
  one,
  push,
  START_MILLIS,
  storedId,
  TENANT,
} from './testing/writer-profiles.ts';

const START_DAY = START_MILLIS / DAY;

describe('a disk that fails', () => {
  test('refuses the batch and those behind it, and none of them comes back', async () => {
    const opened = await openTestWriter();
    const ids = [storedId(await push(opened, drawn('main 1')))];
    failAll(opened.fs, 'datasync', 'io');
    const refused = await opened.run(
      Promise.all([1, 2, 3].map((i) => opened.writer.push(TENANT, one(drawn(`main;f${i} 1`))))),
    );
    for (const outcomes of refused)
      assert.match(reasonOf(outcomes[0]?.[0]), /could not be written/);
    assert.match(
      opened.writer.stats().refusing ?? '',
      /^the disk of \/data failed: no profile is taken/,
    );
    assert.match(reasonOf(await push(opened, drawn('main 1'))), /^the disk of \/data failed/);
    assert.deepEqual(opened.ids(), ids);
    opened.fs.setScript(undefined);
    assert.match(reasonOf(await push(opened, drawn('main 1'))), /^the disk of \/data failed/);
    await opened.clock.advance(1000);
    ids.push(storedId(await push(opened, drawn('main;f2;x 1'))));
    ids.sort();
    assert.deepEqual(opened.ids(), ids);
    assert.equal(opened.writer.stats().refusing, undefined);
    for (const fate of ['lost', 'kept', 'random'] as const) {
      const again = await openTestWriter({ fs: opened.fs.crash(fate), clock: opened.clock });
      assert.deepEqual(again.ids(), ids, fate);
      assert.deepEqual(again.events, [], fate);
      await again.run(again.writer.flush());
      assert.deepEqual(again.ids(), ids, fate);
    }
  });

  test('is probed once a second at most', async () => {
    const opened = await openTestWriter();
    await push(opened, drawn('main 1'));
    let logSyncs = 0;
    opened.fs.setScript(({ operation, path }) => {
      if (operation !== 'datasync') return undefined;
      if (path.endsWith('.log')) logSyncs++;
      return { kind: 'error', code: 'io' };
    });
    for (let i = 0; i < 10; i++) await push(opened, drawn('main 1'));
    await opened.clock.advance(3000);
    // The batch, a probe by the next push, and one a second.
    assert.equal(logSyncs, 5);
  });

  test('leaves what was committed to be read and flushed', async () => {
    const opened = await openTestWriter();
    await push(opened, drawn('main;a 1'));
    failAll(opened.fs, 'datasync', 'io');
    await push(opened, drawn('main;b 1'));
    opened.fs.setScript(undefined);
    await opened.run(opened.writer.flush());
    assert.equal(opened.writer.stats().segmentCount, 1);
    assert.equal(opened.ids().length, 1);
  });

  test('that cannot take a deletion says so', async () => {
    const opened = await openTestWriter();
    await push(opened, drawn('main 1'));
    failAll(opened.fs, 'datasync', 'io');
    const answer = await opened.run(
      opened.writer.deleteSeries({ tenants: [TENANT], range: EVER, matchers: [] }),
    );
    assert.ok(!answer.ok);
    assert.match(answer.error.reason, /^the deletion could not be written: datasync/);
    assert.equal(opened.ids().length, 1);
  });
});

test('short writes are no errors', async () => {
  const opened = await openTestWriter();
  opened.fs.setChances({ shortWrite: 0.9, shortRead: 0.9 });
  for (let i = 0; i < 20; i++) await push(opened, drawn(`main;f${i} 1`));
  await opened.run(opened.writer.flush());
  for (let i = 0; i < 20; i++) await push(opened, drawn(`main;f${i} 1`));
  assert.equal(opened.ids().length, 40);
  const again = await openTestWriter({ fs: opened.fs.crash('lost'), clock: opened.clock });
  assert.equal(again.ids().length, 40);
});

describe('a full disk', () => {
  test('lets the ballast go, refuses pushes, and takes them again when there is room', async () => {
    const clock = createSimClock();
    const fs = createSimFs({ random: createSeededRandom(3), clock, capacityBytes: 400_000 });
    const opened = await openTestWriter({ fs, clock, limits: { ballastMaxBytes: 4000 } });
    await opened.clock.advance(1000);
    assert.equal((await fs.stat(`${DATA_DIR}/ballast`)).sizeBytes, 4000);
    const filler = await fs.open('/filler', 'truncate');
    const { freeBytes } = await fs.space('/');
    await filler.write(new Uint8Array(freeBytes - 3000), 0);
    let stored = 0;
    let reason = '';
    for (let i = 0; i < 100 && reason === ''; i++) {
      const outcome = await push(opened, drawn(`main;f${i} 1`));
      if (outcome.kind === 'stored') stored++;
      else reason = reasonOf(outcome);
    }
    assert.ok(stored > 0);
    assert.match(reason, /could not be written: write .* \(no-space\)$/);
    assert.match(
      reasonOf(await push(opened, drawn('main 1'))),
      /^the disk of \/data is full: no profile is taken until there is room$/,
    );
    await assert.rejects(fs.stat(`${DATA_DIR}/ballast`), /not-found/);
    assert.equal(opened.ids().length, stored);
    await opened.run(opened.writer.flush());
    assert.equal(opened.ids().length, stored);
    await filler.truncate(0);
    await opened.clock.advance(1000);
    assert.equal((await push(opened, drawn('main 1'))).kind, 'stored');
    assert.equal((await fs.stat(`${DATA_DIR}/ballast`)).sizeBytes, 4000);
    const again = await openTestWriter({ fs: fs.crash('lost'), clock });
    assert.equal(again.ids().length, stored + 1);
  });

  test('costs the oldest day where the owner wants that, but never today', async () => {
    const clock = createSimClock();
    const fs = createSimFs({ random: createSeededRandom(3), clock, capacityBytes: 100_000 });
    const opened = await openTestWriter({ fs, clock, dropsOldestWhenFull: true });
    for (const days of [2, 1, 0]) await push(opened, drawn('main 1', START_MILLIS - days * DAY));
    await opened.run(opened.writer.flush());
    // What merges have replaced goes first.
    await opened.clock.advance(125_000);
    assert.equal(opened.writer.stats().segmentCount, 3);
    const filler = await fs.open('/filler', 'truncate');
    const { freeBytes } = await fs.space('/');
    await filler.write(new Uint8Array(freeBytes - 20_000), 0);
    await opened.clock.advance(2000);
    assert.equal(opened.writer.stats().segmentCount, 2);
    assert.match(
      opened.events.at(-1)?.message ?? '',
      /^profiles of 2026-11-22 were deleted: the disk has/,
    );
    await opened.clock.advance(300_000);
    assert.equal(opened.writer.stats().segmentCount, 1);
  });

  test('costs the oldest day at once after a jump of the clock that profiles agree with', async () => {
    const clock = createSimClock();
    const fs = createSimFs({ random: createSeededRandom(3), clock, capacityBytes: 100_000 });
    const opened = await openTestWriter({
      ...{ fs, clock, dropsOldestWhenFull: true, retentionMillis: DAY },
      limits: { jumpHeldMillis: HOUR },
    });
    const daysLeft = () =>
      sharedManifest(opened.writer.view().manifest).segments.map(({ day }) => day - START_DAY);
    await push(opened, drawn('main 1'));
    await opened.run(opened.writer.flush());
    clock.jumpWall(3 * DAY);
    // What merges have replaced goes first.
    await clock.advance(125_000);
    const filler = await fs.open('/filler', 'truncate');
    const { freeBytes } = await fs.space('/');
    await filler.write(new Uint8Array(freeBytes - 20_000), 0);
    await clock.advance(2000);
    assert.deepEqual(daysLeft(), [0], 'the clock alone may be wrong');
    await push(opened, drawn('main 1', START_MILLIS + 3 * DAY));
    await clock.advance(2000);
    assert.deepEqual(daysLeft(), [], 'profiles in the log say the same');
    assert.match(
      opened.events.at(-1)?.message ?? '',
      /^profiles of 2026-11-24 were deleted: the disk has/,
    );
    await opened.run(opened.writer.flush());
    await clock.advance(300_000);
    assert.deepEqual(daysLeft(), [3], 'today stays, however full the disk is');
  });

  test('at the start is one sentence', async () => {
    const fs = createSimFs({ random: createSeededRandom(3), capacityBytes: 10 });
    await assert.rejects(openTestWriter({ fs }), {
      name: 'DataDirError',
      message:
        'the data directory /data is on a disk that is full: make room, or point the server to another directory',
    });
  });
});

function failAll(fs: SimFs, of: FsOperation, code: FsErrorCode): void {
  fs.setScript(({ operation }) => (operation === of ? { kind: 'error', code } : undefined));
}

function reasonOf(outcome: PushOutcome | undefined): string {
  if (outcome?.kind !== 'refused') return `${outcome?.kind}`;
  const { refusal } = outcome;
  return refusal.kind === 'store' ? refusal.error.reason : refusal.reason;
}
