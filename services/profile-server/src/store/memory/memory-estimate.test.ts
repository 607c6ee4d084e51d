import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { gunzipSync } from 'node:zlib';
import { labelSetFromRecord } from '@emberscope/labels';
import { NO_PPROF_LIMITS, readPprof } from '@emberscope/pprof';
import { type Profile, profileFromText } from '@emberscope/profile';
import { fixtureFiles } from '@emberscope/test-kit';
import { unixNanos } from '@emberscope/units';
import { tenantId } from '../ids.ts';
import { createMemoryStore, type MemoryStore } from './memory-store.ts';

const NOW_MILLIS = 1_795_521_600_000;
const MEBIBYTE = 1024 * 1024;
const LONG = 'long'.repeat(700);

/** What the estimate may be off by, as a share of what the process says. */
const LEAST = 0.8;
const MOST = 1.7;

/** Code that is compiled meanwhile takes memory as well, once: not every time. */
const ATTEMPTS = 3;

describe('what the store says it takes is what the process takes', () => {
  check('real profiles of Node agents', 200, (store, i) =>
    push(store, realProfile(i), { service_name: `svc-${i % 3}`, pod: `pod-${i % 20}` }),
  );
  check('many tenants with one profile each', 50, (store, i) =>
    push(store, realProfile(i), { service_name: 'svc' }, `tenant-${i}`),
  );
  check('many services with one small profile each', 80, (store, i) =>
    push(store, profileFromText('main;f 1'), { service_name: `svc-${i}` }),
  );
  check('many series of one service', 400, (store, i) =>
    push(store, profileFromText('main;f 1'), { service_name: 'svc', route: `/api/${i}` }),
  );
  check('a span for every sample', 30, (store, i) =>
    push(store, profileOfSpans(i), { service_name: 'svc' }),
  );

  test('the limit holds against the process too, with blocks coming and going', async () => {
    const limitBytes = 16 * MEBIBYTE;
    const store = createMemoryStore({ nowMillis: () => NOW_MILLIS, limitBytes });
    await store.start();
    const before = usedBytes();
    for (let i = 0; i < 170; i++) {
      const lines = Array.from({ length: 40 }, (_, k) => `main;f${i % 7};${i}x${k}${LONG} 1`);
      await push(store, profileFromText(lines.join('\n')), { service_name: `svc-${i % 3}` });
    }
    const { droppedProfileCount, memoryBytes } = await store.stats();
    assert.ok(droppedProfileCount > 0, 'the limit is met');
    assert.ok(memoryBytes <= limitBytes, `${memoryBytes} bytes by its own estimate`);
    const grownBytes = usedBytes() - before;
    assert.ok(grownBytes <= limitBytes * 1.2, `${grownBytes} bytes by the process`);
    await store.stop();
  });
});

function check(
  name: string,
  count: number,
  pushOne: (store: MemoryStore, number: number) => Promise<void>,
): void {
  test(name, async () => {
    const store = createMemoryStore({ nowMillis: () => NOW_MILLIS });
    await store.start();
    for (let i = 0; i < count; i++) await pushOne(store, i);
    const measured: string[] = [];
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      await store.stop();
      await store.start();
      const emptyBytes = (await store.stats()).memoryBytes;
      const before = usedBytes();
      for (let i = 0; i < count; i++) await pushOne(store, i);
      const taken = usedBytes() - before;
      const said = (await store.stats()).memoryBytes - emptyBytes;
      assert.equal((await store.stats()).profileCount, count);
      const share = said / taken;
      if (share >= LEAST && share <= MOST) return;
      measured.push(`said ${said} of ${taken} bytes: ${share}`);
    }
    assert.fail(measured.join('; '));
  });
}

async function push(
  store: MemoryStore,
  profile: Profile,
  labels: Readonly<Record<string, string>>,
  tenant = 'anonymous',
): Promise<void> {
  const timed = { ...profile, timeNanos: unixNanos(BigInt(NOW_MILLIS) * 1_000_000n) };
  const set = labelSetFromRecord({ __name__: 'wall', ...labels });
  await store.push(tenantId(tenant), [{ labels: set, profiles: [{ profile: timed }] }]);
}

const realFiles = fixtureFiles(/push-0\.6\.4.*\.pb\.gz$/).map(({ bytes }) => gunzipSync(bytes));

function realProfile(number: number): Profile {
  const bytes = realFiles[number % realFiles.length];
  assert.ok(bytes !== undefined);
  const read = readPprof(new Uint8Array(bytes), { limits: NO_PPROF_LIMITS });
  assert.ok(read.ok);
  return read.profile;
}

function profileOfSpans(number: number): Profile {
  const lines = Array.from({ length: 1000 }, (_, k) => {
    const span = (number * 1000 + k).toString(16).padStart(16, 'a');
    return `main;f${k % 50};g 1 {span_id="${span}"}`;
  });
  return profileFromText(lines.join('\n'));
}

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

function usedBytes(): number {
  collectGarbage();
  collectGarbage();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}
