import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { inflateProfile } from './inflate-profile.ts';

const LIMIT_BYTES = 4 * 1024 * 1024;

describe('what gzip says of its length is a hint and nothing more', () => {
  for (const lengthBytes of [1, 63, 64, 65, 16_384, 1024 * 1024, 3 * 1024 * 1024]) {
    const plain = new Uint8Array(lengthBytes).map((_, i) => i % 251);
    test(`${lengthBytes} bytes come back, two streams of them as well`, () => {
      const gzip = gzipSync(plain);
      const one = inflateProfile(gzip, LIMIT_BYTES);
      assert.ok(one.kind === 'ok');
      assert.ok(Buffer.from(plain).equals(one.bytes));
      const two = inflateProfile(Buffer.concat([gzip, gzipSync('end')]), LIMIT_BYTES);
      assert.ok(two.kind === 'ok');
      assert.equal(two.bytes.length, lengthBytes + 3);
    });
  }

  for (const said of [0, 0xffff_ffff]) {
    test(`a stream that says ${said} is refused as damaged`, () => {
      const gzip = gzipSync('a profile');
      gzip.writeUInt32LE(said, gzip.length - 4);
      const inflated = inflateProfile(gzip, LIMIT_BYTES);
      assert.ok(inflated.kind === 'refused');
      assert.match(JSON.stringify(inflated.refusal), /incorrect length check/);
    });
  }
});

test('a profile is as long as the limit at most', () => {
  const gzip = gzipSync(new Uint8Array(1000));
  assert.equal(inflateProfile(gzip, 1000).kind, 'ok');
  assert.equal(inflateProfile(gzip, 999).kind, 'too-large');
});
