import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createTenancy } from './tenancy.ts';

test('with tenancy off the header is not looked at', () => {
  const tenancy = createTenancy(false);
  assert.deepEqual(tenancy.forReading('a/b'), { ok: true, tenants: ['anonymous'] });
  assert.deepEqual(tenancy.forWriting(undefined), { ok: true, tenant: 'anonymous' });
});

const cases: readonly (readonly [string | undefined, readonly string[] | string])[] = [
  ['a', ['a']],
  ['b|a|b', ['a', 'b']],
  [undefined, 'no org id'],
  ['a|', 'no org id'],
  ['..', "tenant ID is '.' or '..'"],
  ['a/b', "tenant ID 'a/b' contains unsupported character '/'"],
  ['x'.repeat(151), 'tenant ID is too long: max 150 characters'],
];
for (const [header, expected] of cases) {
  test(`reading with X-Scope-OrgID ${header?.slice(0, 20)}: ${expected}`, () => {
    const read = createTenancy(true).forReading(header);
    assert.deepEqual(read.ok ? read.tenants : read.reason, expected);
  });
}

test('one tenant writes at a time', () => {
  assert.deepEqual(createTenancy(true).forWriting('a|b'), {
    ok: false,
    reason: 'multiple org IDs present',
  });
});
