import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { parseIngestParams } from '@emberscope/ingest';
import { systemClock } from '@emberscope/node-kit';
import { sharedFile, sharedMissing } from '@emberscope/test-kit';
import { unixNanos } from '@emberscope/units';
import { newPush } from '../ingest/push-piece.ts';
import { readInPieces } from '../ingest/read-in-pieces.ts';
import { ingestLimits } from '../settings.ts';
import { pprofOf } from '../testing/drawn-pprof.ts';
import { settingsOf } from '../testing/running-server.ts';
import { startIngestPool } from './ingest-pool.ts';
import { giveBackProfiles } from './packed-series.ts';

const TWO_CORES = 2;

test('a push does not wait for a large recording', { skip: sharedMissing }, async () => {
  const pool = startIngestPool(systemClock, ({ reason }) => assert.fail(reason), TWO_CORES);
  const limits = ingestLimits(settingsOf({}));
  const shared = { limits, nowMillis: Date.now() };
  const done: string[] = [];
  const push = async () => {
    const message = { bytes: new Uint8Array(0), encoding: 'proto', isGzip: false } as const;
    const input = { ...shared, message, maxBytes: 1e6, progress: newPush() };
    const read = await pool.run('preparePush', input);
    done.push(read.kind === 'done' ? read.output.kind : read.kind);
  };
  const record = async () => {
    const one = gunzipSync(sharedFile('conformance/inputs/jfr/dump2.jfr.gz'));
    const body = new Uint8Array(Buffer.concat(new Array(10).fill(one)));
    const named = parseIngestParams(new URLSearchParams('name=shop&format=jfr'), '', unixNanos(0n));
    assert.ok(named.ok);
    const input = { ...shared, params: named.params, contentType: '', body };
    const read = await pool.run('prepareIngest', input);
    done.push(read.kind === 'done' ? `recording: ${read.output.kind}` : read.kind);
  };
  // The thread has loaded.
  await push();
  const recorded = record();
  assert.equal(pool.stats().busy + pool.stats().queued, 1);
  await push();
  await recorded;
  await pool.close(0);
  assert.deepEqual(done, ['nothing', 'nothing', 'recording: profiles']);
  assert.equal(
    (
      await pool.run('preparePush', {
        ...shared,
        message: { bytes: new Uint8Array(0), encoding: 'proto', isGzip: false },
        maxBytes: 1,
        progress: newPush(),
      })
    ).kind,
    'cancelled',
  );
});

test('a push in JSON is read to its end where it has more parts as protobuf', async () => {
  const pool = startIngestPool(systemClock, ({ reason }) => assert.fail(reason), TWO_CORES);
  const rawProfile = Buffer.from(pprofOf('main 1')).toString('base64');
  const names = Array.from({ length: 60 }, (_, i) => ({ name: `label_${i}`, value: 'x' }));
  const series = Array.from({ length: 1_700 }, (_, i) => ({
    labels: [{ name: 'service_name', value: `of-${i % 7}` }, ...names],
    samples: [{ rawProfile, ID: `${i}` }],
  }));
  const bytes = new Uint8Array(Buffer.from(JSON.stringify({ series })));
  const message = { bytes, encoding: 'json', isGzip: false } as const;
  const limits = ingestLimits(settingsOf({}));
  const { signal } = new AbortController();
  const kinds: string[] = [];
  let profiles = 0;
  for await (const read of readInPieces(pool, message, limits, Date.now(), signal)) {
    assert.ok(read.kind === 'done');
    kinds.push(read.output.kind);
    if (read.output.kind !== 'profiles') continue;
    profiles += read.output.profiles.length;
    giveBackProfiles(read.output.profiles);
  }
  await pool.close(0);
  assert.ok(kinds.length > 1 && kinds.every((kind) => kind === 'profiles'), kinds.join());
  assert.equal(profiles, series.length);
});
