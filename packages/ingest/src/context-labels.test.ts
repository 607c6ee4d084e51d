import assert from 'node:assert/strict';
import { test } from 'node:test';
import { NO_PPROF_LIMITS } from '@emberscope/pprof';
import { labelsOfSet } from '@emberscope/profile';
import { labelContexts } from './context-labels.ts';
import { readLabelsSnapshot } from './labels-snapshot.ts';
import { snapshotBytes } from './testing/snapshot-bytes.ts';

test('a context has the labels of the snapshot, its span, and the name of that', () => {
  const bytes = snapshotBytes(
    [[7, [[1, 2]]]],
    [
      [1, 'route'],
      [2, '/hits'],
      [3, 'GET /hits'],
    ],
  );
  const read = readLabelsSnapshot(bytes);
  assert.ok(read.ok);
  const contexts = [
    { contextId: 0n, spanId: 0n, spanName: 0n },
    { contextId: 7n, spanId: 0n, spanName: 0n },
    { contextId: 7n, spanId: 0xabcn, spanName: 3n },
    { contextId: 8n, spanId: 0xfedc_ba98_7654_3210n, spanName: 9n },
  ];
  const labelled = labelContexts(contexts, ['', 'main'], read.snapshot, NO_PPROF_LIMITS);
  assert.ok(!('tooMany' in labelled));
  const { strings, labelSets, setOf, labelCounts } = labelled;
  const drawn = Array.from(setOf, (set) =>
    labelsOfSet(labelSets, set).map((label) =>
      label.kind === 'text' ? `${strings[label.key]}=${strings[label.text]}` : label.kind,
    ),
  );
  assert.deepEqual(drawn, [
    [],
    ['route=/hits'],
    ['route=/hits', 'profile_id=0000000000000abc', 'span_name=GET /hits'],
    ['profile_id=fedcba9876543210'],
  ]);
  assert.deepEqual(strings.slice(0, 2), ['', 'main']);
  assert.deepEqual([...labelCounts], [0, 1, 3, 1]);
});

test('many spans of a context with many labels are refused, or not looked at', () => {
  const numbers = Array.from({ length: 500 }, (_, i) => i);
  const labels = numbers.map((i) => [i, i] as const);
  const bytes = snapshotBytes(
    [[7, labels]],
    numbers.map((i) => [i, `l${i}`]),
  );
  const read = readLabelsSnapshot(bytes);
  assert.ok(read.ok);
  const contexts = Array.from({ length: 1_001 }, (_, i) => ({
    contextId: 7n,
    spanId: BigInt(i),
    spanName: 0n,
  }));
  const { snapshot } = read;
  assert.deepEqual(labelContexts(contexts, [], snapshot, NO_PPROF_LIMITS), {
    tooMany: 'more than 500000 labels of contexts',
  });
  const limits = { ...NO_PPROF_LIMITS, maxSampleLabels: 100 };
  const labelled = labelContexts(contexts, [], snapshot, limits);
  assert.ok(!('tooMany' in labelled));
  assert.deepEqual([...labelled.labelCounts.subarray(0, 2)], [500, 501]);
  assert.equal(labelled.labelSets.key.length, 0);
});
