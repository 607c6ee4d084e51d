import assert from 'node:assert/strict';
import { test } from 'node:test';
import { corruptBytes, fuzzRuns } from '@emberscope/test-kit';
import fc from 'fast-check';
import { readPprof } from './read-pprof.ts';
import { readPprofHeader } from './read-pprof-header.ts';
import { pprofBytes, smallProfile } from './testing/build-pprof.ts';
import { realProfiles } from './testing/real-profiles.ts';

test('says of every real profile what the whole reader says', () => {
  for (const { path, bytes } of realProfiles()) {
    const read = readPprof(bytes);
    const header = readPprofHeader(bytes);
    if (!read.ok) continue;
    assert.ok(header.ok, path);
    assert.deepEqual(
      header.header.sampleTypes,
      read.profile.sampleTypes.map(({ type }) => type),
      path,
    );
    assert.equal(header.header.timeNanos, read.profile.timeNanos, path);
  }
});

test('refuses a profile without sample types, and one that names a string that is not there', () => {
  const without = readPprofHeader(pprofBytes({ ...smallProfile(), sampleType: [] }));
  assert.deepEqual(without, { ok: false, reason: 'empty profile' });
  const outside = readPprofHeader(new Uint8Array([0x0a, 0x02, 0x08, 0x63, 0x32, 0x00]));
  assert.deepEqual(outside, { ok: false, reason: 'sample type type string index out of range' });
  const many = readPprofHeader(new Uint8Array(2 * 257).map((_, i) => (i % 2 === 0 ? 0x0a : 0)));
  assert.deepEqual(many, { ok: false, reason: 'more than 256 sample types' });
});

test('answers of any bytes whatever', () => {
  const bytes = pprofBytes(smallProfile());
  fc.assert(
    fc.property(corruptBytes(bytes), (corrupt) => {
      const read = readPprofHeader(corrupt);
      if (readPprof(corrupt).ok) assert.ok(read.ok);
    }),
    fuzzRuns(500, 50_000),
  );
});
