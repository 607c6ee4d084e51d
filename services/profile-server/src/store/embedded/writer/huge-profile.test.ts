import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createSeededRandom, createSimFs } from '@emberscope/node-kit';
import { collectGarbage } from '@emberscope/test-kit';
import { createPushIds } from '../../pushes/push-ids.ts';
import { createEpochs } from './epochs.ts';
import { createLiveSeries } from './live-series.ts';
import { createBatchRecords, createDeclarations, createPushBatch } from './push-batch.ts';
import { createPushIntake, type PushIntake } from './push-intake.ts';
import { drawn, labelsOf, START_MILLIS, TENANT } from './testing/writer-profiles.ts';
import { SPARE_MAX_BYTES } from './writer-limits.ts';

test('what one huge profile took to be written down is not kept', async () => {
  const intake = createIntake();
  assert.ok(take(intake, 'main 1') < 1000);
  const beforeBytes = await columnBytes();
  // Its record and its rows of dictionaries have as many bytes each.
  const name = 'x'.repeat(SPARE_MAX_BYTES + 1);
  assert.ok(take(intake, `${name} 1`) > SPARE_MAX_BYTES);
  const keptBytes = (await columnBytes()) - beforeBytes;
  // The name itself is: the dictionary has it.
  assert.ok(keptBytes < 2 * SPARE_MAX_BYTES, `${keptBytes} bytes of it are kept`);
  assert.ok(take(intake, 'main 1') < 1000);
});

function createIntake(): PushIntake {
  const random = createSeededRandom(1);
  const intake: PushIntake = createPushIntake({
    ...{ random, retentionMillis: 0, maxSeries: 10, nextArrival: 1 },
    nowMillis: () => START_MILLIS,
    epochs: createEpochs({
      fs: createSimFs({ random }),
      rowsInSegments: () => ({ of: () => [], isEmpty: true, isWhole: true }),
      nextArrival: () => intake.nextArrival(),
      generations: () => [],
      monotonicMillis: () => 0,
      onEvent: () => {},
    }),
    series: createLiveSeries(),
    pushIds: createPushIds(() => START_MILLIS, 1000),
    isOnItsWay: () => false,
  });
  return intake;
}

/** Takes one profile into a batch that nobody keeps; answers the bytes of its records. */
function take(intake: PushIntake, samples: string): number {
  const batch = createPushBatch(0, createDeclarations(), createBatchRecords());
  const outcome = intake.take(batch, TENANT, labelsOf('a'), { profile: drawn(samples) });
  assert.equal(outcome.kind, 'stored');
  return batch.records.byteLength();
}

/** What columns of this process take when garbage has been collected. */
async function columnBytes(): Promise<number> {
  await collectGarbage();
  return process.memoryUsage().arrayBuffers;
}
