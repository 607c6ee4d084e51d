import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { fromBinary, toJsonString } from '@bufbuild/protobuf';
import { withStubMapping, writePprof } from '@emberscope/pprof';
import { type Profile, profileFromText } from '@emberscope/profile';
import { ProfileSchema } from '@emberscope/protocol/pprof';
import { unixNanos } from '@emberscope/units';
import { pprofJson } from './pprof-json.ts';

const HEADER = {
  sampleTypes: [{ type: 'cpu', unit: 'nanoseconds' }],
  defaultSampleType: 'cpu',
  periodType: { type: 'cpu', unit: 'nanoseconds' },
  period: 1_000_000_000n,
  timeNanos: unixNanos(1_795_521_600_000_000_000n),
};
const DRAWN = `
  main;serve@src/a.ts:7:9;outer|inner 1
  main;say "hi"\t;é;\u{1f600} 9007199254740993
  0x4f00;main 7
  5`;

describe('a pprof as JSON is what the library makes of its bytes', () => {
  const profile = profileFromText(DRAWN, HEADER);
  const mapped: Profile = {
    ...withStubMapping(profile),
    symbols: {
      ...withStubMapping(profile).symbols,
      mappings: {
        length: 1,
        memoryStart: BigUint64Array.of(2n ** 63n),
        memoryLimit: BigUint64Array.of(2n ** 64n - 1n),
        fileOffset: BigUint64Array.of(0n),
        fileName: Int32Array.of(1),
        buildId: Int32Array.of(0),
        has: Uint8Array.of(15),
      },
    },
  };
  const CASES: readonly (readonly [title: string, profile: Profile])[] = [
    ['frames, lines, addresses, wide values', withStubMapping(profile)],
    ['no mapping', profile],
    ['a mapping of everything', mapped],
    ['a header whose texts are no symbols', profileFromText('cpu 1', HEADER)],
    [
      'a header that says nothing',
      profileFromText('main 1', { sampleTypes: [{ type: '', unit: '' }] }),
    ],
  ];
  for (const [title, each] of CASES) {
    test(title, () => {
      const expected = toJsonString(ProfileSchema, fromBinary(ProfileSchema, writePprof(each)));
      assert.equal(pprofJson(each), expected);
    });
  }
});
