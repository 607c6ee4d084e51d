import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fuzzRuns } from '@emberscope/test-kit';
import fc from 'fast-check';
import { createSampleOrder } from './sample-order.ts';

/** Few and many digits, equal stacks, and none. */
const stackRow = fc.oneof(
  fc.integer({ min: -1, max: 5 }),
  fc.integer({ min: -1, max: 5_000 }),
  fc.integer({ min: 0, max: 5_000_000 }),
);
const sample = fc.record({ stack: stackRow, tracing: fc.integer({ min: -1, max: 2 }) });

test('samples stand by stack, then tracing, then as they came, however many', () => {
  const order = createSampleOrder();
  fc.assert(
    fc.property(
      fc.array(fc.option(sample), { maxLength: 300, size: 'max' }),
      fc.boolean(),
      (given, isTraced) => {
        const expected: { stack: number; tracing: number; sample: number }[] = [];
        order.begin(given.length);
        // Those without a value are passed over.
        for (const [i, each] of given.entries()) {
          if (each === null) continue;
          const tracing = isTraced ? each.tracing : -1;
          order.add(i, each.stack, tracing);
          expected.push({ stack: each.stack, tracing, sample: i });
        }
        order.sort();
        expected.sort((a, b) => a.stack - b.stack || a.tracing - b.tracing || a.sample - b.sample);
        const { stack, tracing, sample: samples } = order.columns();
        const rows = Array.from({ length: order.length() }, (_, i) => ({
          stack: stack[i],
          tracing: tracing[i],
          sample: samples[i],
        }));
        assert.deepEqual(rows, expected);
      },
    ),
    fuzzRuns(200, 10_000),
  );
});
