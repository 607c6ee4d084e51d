import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createAdmission } from './admission.ts';

test('bytes and pushes are limited, and a body that is larger is taken alone', () => {
  const admission = createAdmission({ maxBytes: 100, maxPushes: 2 });
  const large = admission.enter(1000);
  assert.ok(large, 'nothing else is there');
  assert.ok(large.grow(1000));
  assert.equal(admission.enter(1), undefined);
  large.leave();
  large.leave();
  assert.equal(admission.bytesInFlight(), 0, 'leaving twice counts once');
  assert.equal(large.grow(1), false, 'who has left holds nothing more');

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
  assert.ok(first.grow(1000), 'alone it may grow');
  first.leave();
  assert.equal(admission.bytesInFlight(), 0);
  assert.equal(admission.pushesInFlight(), 0);
});

test('who announces much and sends nothing keeps nobody out', () => {
  const admission = createAdmission({ maxBytes: 100, maxPushes: 10 });
  assert.ok(admission.enter(1000));
  assert.ok(admission.enter(100)?.grow(100));
});
