import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { fuzzParser, sharedFile, sharedMissing } from '@emberscope/test-kit';
import { readLabelsSnapshot } from './labels-snapshot.ts';
import { snapshotBytes } from './testing/snapshot-bytes.ts';

const SNAPSHOT = snapshotBytes(
  [
    [
      7,
      [
        [1, 2],
        [3, 4],
      ],
    ],
    [8, [[1, 99]]],
  ],
  [
    [1, 'route'],
    [2, '/hits'],
    [3, 'thread_name'],
    [4, 'pool-1'],
  ],
);

test('contexts are labels by the strings of the snapshot', () => {
  const read = readLabelsSnapshot(SNAPSHOT);
  assert.ok(read.ok);
  const { labelsOf, textOf } = read.snapshot;
  assert.deepEqual(labelsOf(7n), [
    { name: 'route', value: '/hits' },
    { name: 'thread_name', value: 'pool-1' },
  ]);
  // A label of a string that is not there, and a context that is not there, are none.
  assert.deepEqual(labelsOf(8n), []);
  assert.deepEqual(labelsOf(9n), []);
  assert.equal(textOf(4n), 'pool-1');
  assert.equal(textOf(5n), undefined);
});

test('no bytes are a snapshot of nothing', () => {
  const read = readLabelsSnapshot(new Uint8Array(0));
  assert.ok(read.ok);
  assert.deepEqual(read.snapshot.labelsOf(1n), []);
});

test('a snapshot that is cut off is refused', () => {
  const read = readLabelsSnapshot(SNAPSHOT.subarray(0, SNAPSHOT.length - 1));
  assert.deepEqual(read, { ok: false, reason: 'a field at byte 71 reaches past byte 80' });
});

test('a snapshot of millions of fields is refused', () => {
  const empty = Buffer.alloc(4_000_002, Uint8Array.of(0x0a, 0));
  const read = readLabelsSnapshot(empty);
  assert.deepEqual(read, { ok: false, reason: 'more than 2000000 fields of labels' });
});

test('damage is answered with a reason, or read', () =>
  fuzzParser([SNAPSHOT], (bytes) => {
    const read = readLabelsSnapshot(bytes);
    if (!read.ok) return read.reason;
    read.snapshot.labelsOf(7n);
    return undefined;
  }));

test('a real snapshot', { skip: sharedMissing }, () => {
  const read = readLabelsSnapshot(
    gunzipSync(sharedFile('conformance/inputs/jfr/dump1.labels.pb.gz')),
  );
  assert.ok(read.ok);
  const { labelsOf } = read.snapshot;
  assert.deepEqual(
    [1n, 2n, 3n, 4n]
      .flatMap((context) => labelsOf(context))
      .map(({ value }) => value)
      .sort(),
    ['pool-2-thread-1', 'pool-2-thread-3', 'pool-2-thread-5', 'pool-2-thread-7'],
  );
});
