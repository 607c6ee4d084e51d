import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fromBinary, toBinary } from '@bufbuild/protobuf';
import { sumInt64 } from '@emberscope/profile';
import { ProfileSchema } from '@emberscope/protocol/pprof';
import { normalizePprof } from './normalize-pprof.ts';
import { readPprof } from './read-pprof.ts';
import { contentOfColumns, contentOfMessage } from './testing/profile-content.ts';
import { realProfiles } from './testing/real-profiles.ts';
import { writePprof } from './write-pprof.ts';

for (const { path, bytes } of realProfiles()) {
  const read = readPprof(bytes);
  if (!read.ok) {
    test(`${path} is refused, and known to be`, () => {
      assert.match(
        `${path}: ${read.reason}`,
        /invalid-utf8.*utf8 string|dotnet-3.*function id is 0/,
      );
    });
    continue;
  }
  const { profile, losses } = read;

  test(`${path} is read as generated code reads it`, () => {
    const message = fromBinary(ProfileSchema, bytes);
    assert.deepEqual(contentOfColumns(profile), contentOfMessage(message));
    assert.equal(losses.droppedSamples, 0);
  });

  test(`${path} is written as generated code writes it, and read back`, () => {
    const written = writePprof(profile);
    assert.deepEqual(toBinary(ProfileSchema, fromBinary(ProfileSchema, written)), written);
    const again = readPprof(written);
    assert.ok(again.ok);
    assert.deepEqual(again.profile, profile);
  });

  test(`${path}, normalized, keeps its sums and stays as it is`, () => {
    const normal = normalizePprof(profile);
    assert.deepEqual(normalizePprof(normal), normal);
    if (path.includes('no-addr-no-line')) return;
    assert.deepEqual(normal.samples.values.map(sumInt64), profile.samples.values.map(sumInt64));
  });
}
