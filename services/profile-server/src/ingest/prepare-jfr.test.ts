import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { gunzipSync, gzipSync } from 'node:zlib';
import { parseIngestParams } from '@emberscope/ingest';
import { PprofMemory } from '@emberscope/pprof';
import { sharedFile, sharedMissing } from '@emberscope/test-kit';
import { unixNanos } from '@emberscope/units';
import { ingestLimits } from '../settings.ts';
import { settingsOf } from '../testing/running-server.ts';
import { prepareIngest } from './prepare-ingest.ts';

const nowMillis = 1_700_000_000_000;
const limits = ingestLimits(settingsOf({}));

async function prepared(body: Uint8Array, contentType = '', given = limits) {
  const query = new URLSearchParams('name=shop&format=jfr&spyName=javaspy');
  const parsed = parseIngestParams(query, contentType, unixNanos(BigInt(nowMillis) * 1_000_000n));
  assert.ok(parsed.ok);
  return prepareIngest(parsed.params, contentType, body, given, nowMillis, new PprofMemory());
}

async function preparedForm(files: Readonly<Record<string, Uint8Array>>, given = limits) {
  const form = new FormData();
  for (const [name, bytes] of Object.entries(files)) {
    form.append(name, new Blob([Uint8Array.from(bytes)]), name);
  }
  const request = new Response(form);
  const contentType = request.headers.get('content-type') ?? '';
  return prepared(new Uint8Array(await request.arrayBuffer()), contentType, given);
}

async function reasonOf(outcome: ReturnType<typeof prepared>): Promise<string> {
  const ingest = await outcome;
  if (ingest.kind !== 'profiles') return ingest.reason;
  const [profile] = ingest.profiles;
  return profile?.outcome.kind === 'refused' ? profile.outcome.refusal.reason : 'stored';
}

test('a body that is gzip as a whole is refused, as by Pyroscope', async () => {
  assert.equal(
    await reasonOf(prepared(gzipSync(new Uint8Array(5000), { level: 0 }))),
    'parsing IngestInput-pprof failed jfr parser ParseEvent error: error reading chunk header: invalid chunk magic: 1f8b0800',
  );
});

test('an empty body is nothing to store', async () => {
  assert.deepEqual(await prepared(new Uint8Array(0)), { kind: 'profiles', profiles: [] });
});

test('a form that is none, or without a recording, is refused', async () => {
  assert.match(
    await reasonOf(prepared(new Uint8Array(9), 'multipart/form-data')),
    /^parsing IngestInput-pprof failed failed to parse jfr \/ingest multipart form: /,
  );
  assert.equal(
    await reasonOf(preparedForm({ labels: new Uint8Array(0) })),
    'parsing IngestInput-pprof failed the form has no file "jfr"',
  );
});

test('a file that inflates to more than a body may have is refused', async () => {
  const small = { ...limits, maxBatchBytes: 1000 };
  assert.equal(
    await reasonOf(preparedForm({ jfr: gzipSync(new Uint8Array(1001)) }, small)),
    'parsing IngestInput-pprof failed the file "jfr": decompressed size exceeds maximum allowed size of 1000 bytes',
  );
});

test('labels that are no snapshot are refused', async () => {
  assert.match(
    await reasonOf(preparedForm({ jfr: new Uint8Array(0), labels: Uint8Array.from([10, 9]) })),
    /failed labels snapshot: a field at byte 2 reaches past byte 2/,
  );
});

describe('a real recording', { skip: sharedMissing }, () => {
  const file = (name: string) => sharedFile(`conformance/inputs/jfr/${name}`);

  test('becomes a series for each label set, gzip or not', async () => {
    const labels = file('dump1.labels.pb.gz');
    for (const jfr of [file('dump1.jfr.gz'), gunzipSync(file('dump1.jfr.gz'))]) {
      const ingest = await preparedForm({ jfr, labels });
      assert.ok(ingest.kind === 'profiles');
      const series = ingest.profiles.flatMap(({ outcome }) =>
        outcome.kind === 'ready' ? outcome.series : [],
      );
      assert.equal(series.length, 5);
      assert.equal(new Set(series.map(({ labels: { key } }) => key)).size, 5);
    }
  });

  test('of more samples than there may be is refused by that limit', async () => {
    const few = { ...limits, pprof: { ...limits.pprof, maxSamples: 10 } };
    assert.match(
      await reasonOf(prepared(gunzipSync(file('dump1.jfr.gz')), '', few)),
      /^the profile with labels '\{__delta__="false", .*\}' exceeds the samples count limit .*actual: 95, limit: 10/,
    );
  });
});
