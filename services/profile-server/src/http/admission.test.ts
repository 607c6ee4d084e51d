import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createAdmission } from './admission.ts';

test('bytes and pushes are limited', () => {
  const admission = createAdmission({ maxBytes: 100, maxPushes: 2 });
  const first = admission.enter(60);
  assert.ok(first);
  assert.ok(first.grow(60));
  assert.equal(admission.enter(41), undefined);
  const second = admission.enter(40);
  assert.ok(second);
  assert.ok(second.grow(40));
  assert.equal(first.grow(1), false, 'there is no room to grow into');
  assert.equal(admission.enter(0), undefined, 'two pushes are two pushes');
  second.leave();
  second.leave();
  assert.equal(admission.bytesInFlight(), 60, 'leaving twice counts once');
  assert.equal(second.grow(1), false, 'who has left holds nothing more');
  first.leave();
  assert.equal(admission.bytesInFlight(), 0);
  assert.equal(admission.pushesInFlight(), 0);
});

test('one body larger than all is taken, and leaves room for small ones', () => {
  const admission = createAdmission({ maxBytes: 100, maxPushes: 10 });
  const large = admission.enter(1000);
  assert.ok(large);
  for (let part = 0; part < 10; part++) assert.ok(large.grow(100));
  const small = admission.enter(20);
  assert.ok(small);
  assert.ok(small.grow(20));
  assert.ok(large.grow(100), 'the small one does not end the large one');
  assert.equal(admission.enter(1000), undefined, 'a second large one comes later');
  large.leave();
  small.leave();
  assert.equal(admission.bytesInFlight(), 0);
});

test('who announces much and sends nothing keeps nobody out', () => {
  const admission = createAdmission({ maxBytes: 100, maxPushes: 10 });
  assert.ok(admission.enter(1000));
  assert.ok(admission.enter(100)?.grow(100));
});
