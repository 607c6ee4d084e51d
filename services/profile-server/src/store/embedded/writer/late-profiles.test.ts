import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createSeededRandom, createSimClock, createSimFs } from '@emberscope/node-kit';
import { sharedManifest } from '../manifest/manifest-bytes.ts';
import { createTestWriter } from './testing/open-writer.ts';
import { realMaintenance } from './testing/real-maintenance.ts';
import { DAY, drawn, HOUR, push, START_MILLIS } from './testing/writer-profiles.ts';

test('late profiles of a day that had to make room leave its roll-up', async () => {
  const clock = createSimClock();
  const fs = createSimFs({ random: createSeededRandom(3), clock, capacityBytes: 300_000 });
  const opened = createTestWriter({
    ...{ fs, clock, dropsOldestWhenFull: true, retentionMillis: 30 * DAY },
    wrap: () => realMaintenance(fs),
  });
  const manifest = () => sharedManifest(opened.writer.view().manifest);
  const rolledUp = () => manifest().rollups.map(({ profileCount }) => profileCount);
  await opened.run(opened.writer.start());
  for (const hour of [0, 1, 2]) await push(opened, drawn('main 10', START_MILLIS + hour * HOUR));
  await opened.run(opened.writer.flush());
  clock.jumpWall(DAY + 3 * HOUR);
  await clock.advance(130_000);
  const filler = await fs.open('/filler', 'truncate');
  const { freeBytes } = await fs.space('/');
  await filler.write(new Uint8Array(freeBytes - 20_000), 0);
  await clock.advance(3000);
  assert.deepEqual([manifest().segments.length, rolledUp()], [0, [3]]);
  await filler.close();
  await fs.unlink('/filler');
  await clock.advance(5000);

  await push(opened, drawn('main 1', START_MILLIS + 5 * HOUR));
  await opened.run(opened.writer.flush());
  await clock.advance(10_000);
  assert.deepEqual(rolledUp(), [3, 1]);
  await push(opened, drawn('main 1', START_MILLIS + 6 * HOUR));
  await opened.run(opened.writer.flush());
  await clock.advance(10_000);
  assert.deepEqual(rolledUp(), [3, 2], 'and are in theirs once');
});
