import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { fuzzParser } from '@emberscope/test-kit';
import { inflateBounded } from './inflate-bounded.ts';

const text = Buffer.from('the quick brown fox '.repeat(500));

describe('inflateBounded', () => {
  test('gives back what was packed, up to exactly the limit', async () => {
    assert.deepEqual(await inflateBounded(gzipSync(text), text.length), {
      kind: 'ok',
      bytes: text,
    });
    assert.deepEqual(await inflateBounded(gzipSync(text), text.length - 1), {
      kind: 'too-large',
      maxBytes: text.length - 1,
    });
  });

  test('joins members that follow each other, and counts them together', async () => {
    const members = Buffer.concat([gzipSync('one '), gzipSync('two'), gzipSync('')]);
    assert.deepEqual(await inflateBounded(members, 7), {
      kind: 'ok',
      bytes: Buffer.from('one two'),
    });
    assert.equal((await inflateBounded(members, 6)).kind, 'too-large');
  });

  test('a limit of nothing lets only nothing pass', async () => {
    assert.equal((await inflateBounded(gzipSync(''), 0)).kind, 'ok');
    assert.equal((await inflateBounded(gzipSync('x'), 0)).kind, 'too-large');
  });

  test('a bomb stops at the limit', async () => {
    const bomb = gzipSync(Buffer.alloc(200_000_000));
    const rssBefore = process.memoryUsage().rss;
    const before = process.cpuUsage();
    const inflated = await inflateBounded(bomb, 1_000_000);
    assert.equal(inflated.kind, 'too-large');
    assert.ok(process.memoryUsage().rss - rssBefore < 50_000_000);
    // Zlib's thread counts as well.
    const { user, system } = process.cpuUsage(before);
    assert.ok(user + system < 500_000);
  });

  test('every cut of a stream is truncated', async () => {
    const packed = gzipSync('a text of some length, packed');
    for (let length = 0; length < packed.length; length++) {
      const inflated = await inflateBounded(packed.subarray(0, length), 1000);
      assert.equal(inflated.kind, 'truncated', `cut at ${length}`);
    }
  });

  test('what is not gzip is malformed', async () => {
    const inflated = await inflateBounded(Buffer.from('not gzip at all'), 1000);
    assert.equal(inflated.kind, 'malformed');
  });

  test('damage is never taken for the original', async () => {
    await fuzzParser([gzipSync(text)], async (damaged) => {
      const inflated = await inflateBounded(damaged, 100_000);
      if (inflated.kind !== 'ok') return inflated.kind;
      // Only what the checksum does not cover may be damaged without harm: header, or a tail.
      assert.ok(text.equals(Buffer.from(inflated.bytes).subarray(0, text.length)));
      return undefined;
    });
  });
});
