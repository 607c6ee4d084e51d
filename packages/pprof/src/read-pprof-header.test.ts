import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fuzzParser, reasonOf } from '@emberscope/test-kit';
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
  return fuzzParser([bytes], (damaged) => {
    const read = readPprofHeader(damaged);
    if (readPprof(damaged).ok) assert.ok(read.ok);
    return reasonOf(read);
  });
});
