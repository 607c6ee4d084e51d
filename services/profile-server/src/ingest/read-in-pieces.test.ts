import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { create, toBinary, toJsonString } from '@bufbuild/protobuf';
import type { JobOutcome } from '@emberscope/node-kit';
import { PprofMemory } from '@emberscope/pprof';
import { PushRequestSchema } from '@emberscope/protocol/push';
import { ingestLimits } from '../settings.ts';
import { pprofOf } from '../testing/drawn-pprof.ts';
import { settingsOf } from '../testing/running-server.ts';
import type { IngestPool } from '../work/ingest-pool.ts';
import type { IngestJobs } from '../work/jobs.ts';
import type { PackedProfile } from '../work/packed-series.ts';
import { preparePush, profilesIn } from './prepare-push.ts';
import { newPush, PIECE_WORK_BYTES } from './push-piece.ts';
import { readInPieces } from './read-in-pieces.ts';
import { readPush } from './read-push.ts';

const limits = ingestLimits(settingsOf({ ingestionBodyMiB: 256 }));
const labels = [
  { name: '__name__', value: 'wall' },
  { name: 'service_name', value: 'shop' },
];

test('a push is read in pieces of so much work, and each profile of it once', () => {
  const bytes = pprofOf(Array.from({ length: 100 }, (_, i) => `main;f${i} 1`).join('\n'));
  const series = Array.from({ length: 900 }, (_, i) => ({
    labels,
    samples: [{ bytes: i === 400 ? bytes.subarray(0, 20) : bytes, id: `${i}` }],
  }));
  const progress = newPush();
  const pieces: number[] = [];
  const kinds: string[] = [];
  while (progress.doneProfiles < series.length) {
    const piece = [...preparePush(series, limits, Date.now(), new PprofMemory(), progress)];
    pieces.push(piece.length);
    kinds.push(...piece.map(({ outcome }) => outcome.kind));
    assert.equal(progress.doneProfiles, kinds.length);
  }
  assert.equal(kinds.length, series.length);
  assert.equal(kinds.indexOf('refused'), 400);
  assert.equal(kinds.lastIndexOf('refused'), 400);
  const ofOne = PIECE_WORK_BYTES / bytes.length;
  assert.ok(pieces.length > 1 && (pieces[0] ?? 0) < ofOne, `${pieces}, ${ofOne}`);
});

test('what is left of a push in JSON is protobuf, with the same profiles', () => {
  const request = create(PushRequestSchema, {
    series: [{ labels, samples: [{ rawProfile: pprofOf('main 1'), ID: 'a' }] }],
  });
  const json = Buffer.from(toJsonString(PushRequestSchema, request));
  const read = readPush({ bytes: json, encoding: 'json', isGzip: false }, 1e6);
  assert.ok(read.kind === 'read');
  assert.equal(profilesIn(read.series), 1);
  const bytes = toBinary(PushRequestSchema, request);
  assert.deepEqual(read.again(), { bytes, encoding: 'proto', isGzip: false });
});

test('what is left of a push waits inflated, unless that is much more than what came', () => {
  const pushOf = (rawProfile: Uint8Array) => {
    const request = create(PushRequestSchema, { series: [{ labels, samples: [{ rawProfile }] }] });
    const plain = toBinary(PushRequestSchema, request);
    const message = { bytes: gzipSync(plain), encoding: 'proto', isGzip: true } as const;
    const read = readPush(message, 1e6);
    assert.ok(read.kind === 'read');
    return { plain, message, again: read.again() };
  };
  const random = pushOf(randomBytes(50_000));
  assert.equal(random.again.isGzip, false);
  assert.deepEqual(new Uint8Array(random.again.bytes), random.plain);
  const zeros = pushOf(new Uint8Array(50_000));
  assert.equal(zeros.again, zeros.message);
});

type Output = IngestJobs['preparePush']['output'];

const refused = (sizeBytes: number): PackedProfile => ({
  sizeBytes,
  outcome: {
    kind: 'refused',
    refusal: { kind: 'invalid', cause: 'malformed_profile', reason: `${sizeBytes}` },
  },
});

/** A pool that answers what it is told to, one answer a job. */
function poolOf(answers: JobOutcome<Output>[], asked: unknown[]): Pick<IngestPool, 'run'> {
  const run = (_: string, input: unknown) => {
    asked.push(input);
    return Promise.resolve(answers.shift() ?? { kind: 'busy', queued: 1 });
  };
  // The door: all jobs are answered alike here.
  return { run: run as IngestPool['run'] };
}

test('pieces are asked for until none is left, each from where the one before it ended', async () => {
  const message = { bytes: new Uint8Array(9), encoding: 'proto', isGzip: false } as const;
  const rest = { message, progress: { ...newPush(), doneProfiles: 2 } };
  const first = { kind: 'profiles', profiles: [refused(1), refused(2)], rest } as const;
  const last = { kind: 'profiles', profiles: [refused(3)], rest: undefined } as const;
  const asked: unknown[] = [];
  const pool = poolOf(
    [
      { kind: 'done', output: first },
      { kind: 'done', output: last },
    ],
    asked,
  );
  const { signal } = new AbortController();
  const pieces = readInPieces(pool, { ...message, isGzip: true }, limits, 7, signal);
  const shared = { maxBytes: limits.maxBatchBytes, limits, nowMillis: 7 };
  assert.deepEqual((await pieces.next()).value, { kind: 'done', output: first });
  // The second is not read before the first has been dealt with.
  assert.equal(asked.length, 1);
  assert.deepEqual((await pieces.next()).value, { kind: 'done', output: last });
  assert.equal((await pieces.next()).done, true);
  assert.deepEqual(asked, [
    { ...shared, message: { ...message, isGzip: true }, progress: newPush() },
    { ...shared, ...rest },
  ]);

  const kinds: string[] = [];
  let sleeps = 0;
  const sleep = async () => sleeps++;
  const inLine = { kind: 'timed-out', where: 'queue', timeoutMillis: 1 } as const;
  const answers: JobOutcome<Output>[] = [
    { kind: 'done', output: first },
    { kind: 'busy', queued: 1 },
    inLine,
    { kind: 'done', output: last },
  ];
  const full = poolOf(answers, []);
  for await (const { kind } of readInPieces(full, message, limits, 7, signal, sleep)) {
    kinds.push(kind);
  }
  assert.deepEqual([kinds, sleeps], [['done', 'done'], 2]);

  // What it waited in line counts: twice half a minute, and no more.
  const halfMinute = { ...inLine, timeoutMillis: 30_000 };
  const asked30: unknown[] = [];
  const slow = poolOf([{ kind: 'done', output: first }, ...new Array(9).fill(halfMinute)], asked30);
  for await (const { kind } of readInPieces(slow, message, limits, 7, signal, sleep)) {
    kinds.push(kind);
  }
  assert.deepEqual(kinds.slice(2), ['done', 'timed-out']);
  assert.equal(asked30.length, 3);

  // Of the first piece it is for the client to come again, and of others after a minute.
  for (const [begun, expected] of [
    [[], ['busy']],
    [[{ kind: 'done', output: first }], ['done', 'busy']],
  ] as const) {
    const ends: string[] = [];
    sleeps = 0;
    const busy = poolOf([...begun], []);
    for await (const { kind } of readInPieces(busy, message, limits, 7, signal, sleep)) {
      ends.push(kind);
    }
    assert.deepEqual(ends, expected);
    assert.equal(sleeps, begun.length * 240);
  }
});
