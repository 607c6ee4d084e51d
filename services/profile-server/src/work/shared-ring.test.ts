import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { createSharedRing, giveBack } from './shared-ring.ts';

test('room comes back once it is given back, in whatever order', () => {
  const ring = createSharedRing(64);
  const first = ring.claim(20);
  const second = ring.claim(20);
  assert.ok(first !== undefined && second !== undefined);
  assert.equal(ring.claim(1), undefined);
  giveBack(second);
  // The older one is still there.
  assert.equal(ring.claim(1), undefined);
  giveBack(first);
  const whole = ring.claim(56);
  assert.equal(whole?.length, 56);
  assert.equal(ring.claim(0), undefined);
});

test('what is larger than the ring gets nothing', () => {
  assert.equal(createSharedRing(64).claim(57), undefined);
});

test('bytes of their own are left alone', () => {
  giveBack(new Uint8Array([1, 2, 3]).subarray(1));
});

test('blocks that are held never share a byte', () => {
  const step = fc.oneof(
    { weight: 3, arbitrary: fc.record({ claim: fc.integer({ min: 0, max: 70 }) }) },
    { weight: 2, arbitrary: fc.record({ giveBack: fc.nat() }) },
  );
  fc.assert(
    fc.property(
      fc.array(step, { maxLength: 300 }),
      fc.integer({ min: 8, max: 200 }),
      (steps, capacity) => {
        const ring = createSharedRing(capacity);
        const held: { bytes: Uint8Array; mark: number }[] = [];
        let mark = 0;
        const check = ({ bytes, mark }: { bytes: Uint8Array; mark: number }) =>
          assert.ok(bytes.every((byte) => byte === mark));
        for (const taken of steps) {
          if ('claim' in taken) {
            const bytes = ring.claim(taken.claim);
            if (bytes === undefined) {
              // An empty ring has room for all that it can hold.
              assert.ok(held.length > 0 || taken.claim > capacity - 8);
              continue;
            }
            assert.equal(bytes.byteOffset % 8, 0);
            mark = (mark % 250) + 1;
            bytes.fill(mark);
            held.push({ bytes, mark });
          } else if (held.length > 0) {
            const [gone] = held.splice(taken.giveBack % held.length, 1);
            if (gone === undefined) continue;
            check(gone);
            giveBack(gone.bytes);
          }
        }
        held.forEach(check);
      },
    ),
  );
});
