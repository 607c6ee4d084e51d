import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { fromBinary, toBinary } from '@bufbuild/protobuf';
import { type Profile, profileFromText, textFromProfile } from '@emberscope/profile';
import { ProfileSchema } from '@emberscope/protocol/pprof';
import { unixNanos } from '@emberscope/units';
import { readPprof } from './read-pprof.ts';
import { writePprof } from './write-pprof.ts';

function readBack(profile: Profile): Profile {
  const read = readPprof(writePprof(profile));
  assert.ok(read.ok, read.ok ? '' : read.reason);
  return read.profile;
}

describe('what is written comes back', () => {
  const cases: readonly [shows: string, drawn: string][] = [
    ['nothing', ''],
    ['stacks that share callers', 'main;serve;json 3\nmain;serve;gzip 1\nmain 2'],
    ['files and lines', 'main@src/main.ts:3:9 1\nserve@src/http.ts:12 2'],
    ['inlined functions', 'main;outer|inner 5'],
    ['addresses without a name', 'main;0x1f 1\n0xffffffffffffffff 2'],
    ['texts and numbers as labels', 'a 1 {route="/hits", bytes=512bytes}\na 2 {n=-9, z=0count}'],
    ['a sample without locations', '5\na 1'],
    ['values of every size', 'a 0\na 127\na 128\na 16384\na 9007199254740991\na -1'],
    ['values past 2^53', 'a 9007199254740992\na -9223372036854775808\na 9223372036854775807'],
    ['names that are not ASCII', 'größe;\u{1f525} 1\nmain;größe 2'],
  ];
  for (const [shows, drawn] of cases) {
    test(shows, () => {
      const profile = profileFromText(drawn);
      assert.deepEqual(textFromProfile(readBack(profile)), textFromProfile(profile));
      const bytes = writePprof(profile);
      assert.deepEqual(toBinary(ProfileSchema, fromBinary(ProfileSchema, bytes)), bytes);
    });
  }
});

test('all of the header comes back, and its strings join the table once', () => {
  const header = {
    sampleTypes: [
      { type: 'samples', unit: 'count' },
      { type: 'cpu', unit: 'nanoseconds' },
    ],
    defaultSampleType: 'cpu',
    periodType: { type: 'cpu', unit: 'nanoseconds' },
    period: 10_000_000n,
    timeNanos: unixNanos(1_732_451_118_123_456_789n),
    durationNanos: -1n,
    comments: ['a', 'first', 'a', 'größe'],
    dropFrames: 'runtime\\..*',
    keepFrames: 'runtime\\.main',
  };
  const { symbols, ...back } = readBack(profileFromText('a;b 1 2', header));
  const { samples: _, stacks: __, labelSets: ___, ...headerBack } = back;
  assert.deepEqual(headerBack, header);
  assert.equal(new Set(symbols.strings).size, symbols.strings.length);
});

test('a lone surrogate is written as U+FFFD and joins no other', () => {
  const profile = profileFromText('high\ud83d 1\n\udd25low 2');
  assert.deepEqual(textFromProfile(readBack(profile)), ['high\ufffd 1', '\ufffdlow 2']);
});

test('a profile whose first string is not empty is not one', () => {
  const profile = profileFromText('a 1');
  const symbols = { ...profile.symbols, strings: ['a'] };
  assert.throws(() => writePprof({ ...profile, symbols }), RangeError);
});
