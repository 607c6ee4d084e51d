import assert from 'node:assert/strict';
import { test } from 'node:test';
import { toBinary } from '@bufbuild/protobuf';
import { ProfileSchema } from '@emberscope/protocol/pprof';
import { fuzzRuns } from '@emberscope/test-kit';
import fc from 'fast-check';
import { encodedStrings } from './encoded-strings.ts';
import { NO_PPROF_LIMITS } from './limits.ts';
import { PprofMemory } from './pprof-memory.ts';
import { readPprof } from './read-pprof.ts';
import { randomProfile } from './testing/random-profile.ts';
import { realProfiles } from './testing/real-profiles.ts';

test('a profile in memory that others were read into is what it is by itself', () => {
  const real = realProfiles().map(({ bytes }) => bytes);
  const any = fc.oneof(
    randomProfile.map((message) => toBinary(ProfileSchema, message)),
    fc.constantFrom(...real),
  );
  const memory = new PprofMemory();
  fc.assert(
    fc.property(fc.array(any, { minLength: 1, maxLength: 6 }), (profiles) => {
      for (const bytes of profiles) {
        const alone = readPprof(bytes, { limits: NO_PPROF_LIMITS });
        const among = readPprof(bytes, { limits: NO_PPROF_LIMITS, memory });
        assert.deepEqual(among, alone);
      }
    }),
    fuzzRuns(60, 3000),
  );
});

test('columns and strings are in one buffer, the same for the next profile', () => {
  const memory = new PprofMemory();
  const [{ bytes }] = realProfiles();
  const [one, two] = [readPprof(bytes, { memory }), readPprof(bytes, { memory })];
  assert.ok(one.ok && two.ok);
  const { stacks, symbols } = one.profile;
  assert.equal(stacks.parent.buffer, two.profile.stacks.parent.buffer);
  assert.equal(stacks.parent.buffer, symbols.functions.name.buffer);
  assert.equal(stacks.parent.buffer, encodedStrings(symbols.strings)?.bytes.buffer);
});

test('a buffer is kept for as many bytes, a very large one is let go', () => {
  const memory = new PprofMemory();
  const first = memory.take(1000);
  assert.equal(memory.take(500), first);
  const second = memory.take(1001);
  assert.ok(second.byteLength >= 1001);
  assert.equal(memory.take(1001), second);
  const huge = memory.take(64 * 1024 * 1024);
  assert.equal(huge.byteLength, 64 * 1024 * 1024);
  assert.equal(memory.take(1001), second);
});
