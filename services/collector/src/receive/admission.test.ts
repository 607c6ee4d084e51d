import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createAdmission } from './admission.ts';

test('bytes are counted together, and a larger body is let in alone', () => {
  const admission = createAdmission({ maxRequests: 10, maxBytes: 100 });
  const [a, b] = [admission.enter(), admission.enter()];
  assert.ok(a !== undefined && b !== undefined);
  assert.ok(a.grow(1000), 'alone');
  assert.ok(!b.grow(1), 'not beside it');
  assert.equal(admission.bytes(), 1000);
  a.hold(50);
  assert.ok(b.grow(50));
  assert.ok(!b.grow(1));
  a.leave();
  a.hold(500);
  a.leave();
  assert.equal(admission.bytes(), 50, 'who has left holds nothing');
  b.leave();
  assert.deepEqual([admission.bytes(), admission.requests()], [0, 0]);
});

test('a place is free again when its request has left', () => {
  const admission = createAdmission({ maxRequests: 1, maxBytes: 1 });
  const first = admission.enter();
  assert.equal(admission.enter(), undefined);
  first?.leave();
  assert.notEqual(admission.enter(), undefined);
});
