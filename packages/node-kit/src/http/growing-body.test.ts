import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fuzzRuns } from '@emberscope/test-kit';
import * as fc from 'fast-check';
import { createGrowingBody, MOVED_BYTES } from './growing-body.ts';

const MAX_BYTES = 256 * 1024 * 1024;

test('pieces of any size come back as they came, announced or not', () => {
  void fc.assert(
    fc.property(
      fc.array(fc.oneof(fc.nat(100), fc.nat(2_000_000)), { maxLength: 12 }),
      fc.boolean(),
      (lengths, isAnnounced) => {
        const pieces = lengths.map((length, i) => Buffer.alloc(length, `piece ${i} of a body `));
        const whole = Buffer.concat(pieces);
        const body = createGrowingBody(MAX_BYTES, isAnnounced ? whole.length : undefined);
        for (const piece of pieces) body.append(piece);
        while (!body.settle()) assert.throws(() => body.bytes(), /settled/);
        assert.equal(body.length(), whole.length);
        assert.ok(whole.equals(body.bytes()));
      },
    ),
    fuzzRuns(20, 500),
  );
});

test('what has arrived is never moved all at once', () => {
  const piece = Buffer.alloc(64 * 1024, 7);
  const body = createGrowingBody(MAX_BYTES, undefined);
  // As many as fit into the buffer of 32 MiB, and one: it grows.
  for (let bytes = 0; bytes <= 32 * 1024 * 1024; bytes += piece.length) body.append(piece);
  let steps = 1;
  while (!body.settle()) steps++;
  // With the last piece came the first step.
  assert.equal(steps, (32 * 1024 * 1024) / MOVED_BYTES - 1);
  assert.ok(Buffer.alloc(body.length(), 7).equals(body.bytes()));
});
