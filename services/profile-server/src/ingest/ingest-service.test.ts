import assert from 'node:assert/strict';
import { test } from 'node:test';
import { labelSet } from '@emberscope/labels';
import type { JobOutcome } from '@emberscope/node-kit';
import { tenantId } from '../store/ids.ts';
import { profileNow } from '../testing/drawn-pprof.ts';
import type { IngestPool } from '../work/ingest-pool.ts';
import type { PushOutput } from '../work/jobs.ts';
import { packProfile } from '../work/packed-series.ts';
import { createSharedRing } from '../work/shared-ring.ts';
import type { IngestLimits } from './ingest-limits.ts';
import { createIngestService } from './ingest-service.ts';
import { newPush } from './push-piece.ts';

const RING_BYTES = 4096;

const MESSAGE = { bytes: new Uint8Array(1), encoding: 'proto', isGzip: false } as const;
const TENANT = tenantId('anonymous');

/** With a pool of which only this is called, and a store. */
function serviceWith(read: JobOutcome<unknown>, stored: JobOutcome<PushOutput>) {
  return createIngestService({
    pool: { run: async () => read } as unknown as IngestPool,
    store: { push: async () => stored },
    rateLimit: { take: () => undefined },
    limits: { maxBatchBytes: 0 } as IngestLimits,
    nowMillis: () => 0,
    observe: { stored: () => {}, discarded: () => {} },
  });
}

/** Pushes a profile that lies in a ring; whether the ring has all of its room afterwards. */
async function isGivenBack(stored: JobOutcome<PushOutput>): Promise<boolean> {
  const built = labelSet([{ name: 'service_name', value: 'a' }]);
  assert.ok(built.ok);
  const ring = createSharedRing(RING_BYTES);
  const series = [{ labels: built.labelSet, profiles: [{ profile: profileNow('main 1') }] }];
  const packed = packProfile({ sizeBytes: 1, outcome: { kind: 'ready', series } }, ring);
  const output = { kind: 'profiles', profiles: [packed] };
  const service = serviceWith({ kind: 'done', output }, stored);
  await service.push(TENANT, MESSAGE, new AbortController().signal);
  return ring.claim(RING_BYTES - 8) !== undefined;
}

test('room in shared memory comes back once the store has read it', async () => {
  assert.equal(await isGivenBack({ kind: 'done', output: [undefined] }), true);
  assert.equal(await isGivenBack({ kind: 'busy', queued: 3 }), true);
  const inLine = { kind: 'timed-out', where: 'queue', timeoutMillis: 1 } as const;
  assert.equal(await isGivenBack(inLine), true);
});

test('and never while a thread that was given up may still read it', async () => {
  const given = { kind: 'timed-out', where: 'worker', timeoutMillis: 1 } as const;
  assert.equal(await isGivenBack(given), false);
});

test('what ended a thread is not to come again, but what it had not begun is', async () => {
  for (const isBegun of [true, false]) {
    const died = { kind: 'worker-died', reason: 'no memory', isBegun } as const;
    const service = serviceWith(died, { kind: 'busy', queued: 0 });
    const { kind } = await service.push(TENANT, MESSAGE, new AbortController().signal);
    assert.equal(kind, isBegun ? 'refused' : 'unavailable');
  }
});

test('a piece of a push is stored before the next one is read, and counts on from it', async () => {
  const built = labelSet([{ name: 'service_name', value: 'a' }]);
  assert.ok(built.ok);
  const series = [{ labels: built.labelSet, profiles: [{ profile: profileNow('main 1') }] }];
  const good = packProfile({ sizeBytes: 1, outcome: { kind: 'ready', series } });
  const refusal = { kind: 'invalid', cause: 'malformed_profile', reason: 'so it is' } as const;
  const bad = packProfile({ sizeBytes: 1, outcome: { kind: 'refused', refusal } });
  const rest = { message: MESSAGE, progress: newPush() };
  for (const last of ['done', 'died'] as const) {
    const pieces: JobOutcome<unknown>[] = [
      { kind: 'done', output: { kind: 'profiles', profiles: [good, good], rest } },
      { kind: 'done', output: { kind: 'profiles', profiles: [good, bad], rest } },
      last === 'died'
        ? { kind: 'worker-died', reason: 'no memory', isBegun: false }
        : { kind: 'done', output: { kind: 'profiles', profiles: [bad] } },
    ];
    const order: string[] = [];
    const service = createIngestService({
      pool: {
        run: async () => {
          order.push('read');
          return pieces.shift();
        },
      } as unknown as IngestPool,
      store: {
        push: async ({ profiles }) => {
          order.push(`store ${profiles.length}`);
          return { kind: 'done', output: profiles.map(() => undefined) };
        },
      },
      rateLimit: { take: () => undefined },
      limits: { maxBatchBytes: 0 } as IngestLimits,
      nowMillis: () => 0,
      observe: { stored: () => {}, discarded: () => {} },
    });
    const verdict = await service.push(TENANT, MESSAGE, new AbortController().signal);
    assert.deepEqual(order, ['read', 'store 2', 'read', 'store 1', 'read']);
    // The first that was refused, unless all of it is to come again.
    if (last === 'done') assert.deepEqual(verdict, { kind: 'refused', refusal, index: 3 });
    else assert.equal(verdict.kind, 'unavailable');
  }
});
