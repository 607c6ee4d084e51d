import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { parseProfileType, profileTypeId } from './profile-type.ts';

describe('profile types', () => {
  for (const id of [
    'process_cpu:cpu:nanoseconds:cpu:nanoseconds',
    'memory:alloc_space:bytes::',
    '::::',
  ]) {
    test(`"${id}" is one`, () => {
      const parsed = parseProfileType(id);
      assert.ok(parsed.ok);
      assert.equal(profileTypeId(parsed.profileType), id);
    });
  }

  test('a sixth part is kept in the id and means nothing', () => {
    const parsed = parseProfileType('memory:alloc_space:bytes:space:bytes:delta');
    assert.ok(parsed.ok);
    assert.equal(parsed.profileType.id, 'memory:alloc_space:bytes:space:bytes:delta');
    assert.equal(profileTypeId(parsed.profileType), 'memory:alloc_space:bytes:space:bytes');
  });

  for (const id of ['', 'x', 'a:b:c:d', 'a:b:c:d:e:f:g']) {
    test(`"${id}" is none`, () => {
      const parsed = parseProfileType(id);
      assert.ok(!parsed.ok);
      assert.ok(parsed.reason.endsWith(`got(${id.split(':').length}): "${id}"`));
    });
  }
});
