import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseProfileType } from '@emberscope/profile';
import { unixNanos } from '@emberscope/units';
import type { StoreView } from '../store-view.ts';
import { DATA_DIR, openTestWriter } from '../writer/testing/open-writer.ts';
import { drawn, push, START_MILLIS, TENANT } from '../writer/testing/writer-profiles.ts';
import { createStoreReader, type StoreReader } from './store-reader.ts';

const CONTEXT = { signal: new AbortController().signal };

test('a writer in the place of one that died shows what was synced and not shown', async () => {
  // Two writers of equal seeds write the same bytes: one is behind what is on the disk.
  const died = await openTestWriter({ seed: 5 });
  await push(died, drawn('main;a 1', START_MILLIS));
  const ahead = await openTestWriter({ seed: 5 });
  await push(ahead, drawn('main;a 1', START_MILLIS));
  await push(ahead, drawn('main;b 10', START_MILLIS));
  const fs = ahead.fs.crash('lost');

  const reader = createStoreReader({ fs, dataDir: DATA_DIR, nowMillis: () => START_MILLIS });
  reader.setView(died.writer.view());
  assert.equal(await totalOf(reader), 1n);

  const next = await openTestWriter({ fs, clock: ahead.clock, seed: 6 });
  reader.setView(next.writer.view());
  assert.equal(await totalOf(reader), 11n);
  await push(next, drawn('main;b;c 100', START_MILLIS));
  reader.setView(next.writer.view());
  assert.equal(await totalOf(reader), 111n);
});

test('a view that comes again from another thread is not read again', async () => {
  const { writer, fs } = await openTestWriter();
  const reader = createStoreReader({ fs, dataDir: DATA_DIR, nowMillis: () => START_MILLIS });
  reader.setView(writer.view());
  let reads = 0;
  const again: StoreView = Object.defineProperty({ ...writer.view() }, 'manifest', {
    get: () => {
      reads++;
      return writer.view().manifest;
    },
  });
  reader.setView(again);
  assert.equal(reads, 0);
});

async function totalOf(reader: StoreReader): Promise<bigint> {
  const parsed = parseProfileType('process_cpu:cpu:nanoseconds::');
  assert.ok(parsed.ok);
  const answer = await reader.mergeTotal(
    {
      tenants: [TENANT],
      range: { startNanos: unixNanos(0n), endNanos: unixNanos(2n ** 62n) },
      matchers: [],
      profileType: parsed.profileType,
      mode: 'sum',
    },
    CONTEXT,
  );
  assert.ok(answer.ok);
  return answer.value.total;
}
