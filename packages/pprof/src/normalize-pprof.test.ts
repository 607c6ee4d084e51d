import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { toBinary } from '@bufbuild/protobuf';
import { isWide, profileFromText, sumInt64, textFromProfile } from '@emberscope/profile';
import { ProfileSchema } from '@emberscope/protocol/pprof';
import { fuzzRuns } from '@emberscope/test-kit';
import fc from 'fast-check';
import { NO_PPROF_LIMITS } from './limits.ts';
import { dropUncounted, normalizePprof } from './normalize-pprof.ts';
import { readPprof } from './read-pprof.ts';
import { withStubMapping } from './stub-mapping.ts';
import { type PprofInit, pprofBytes, smallProfile } from './testing/build-pprof.ts';
import { randomProfile } from './testing/random-profile.ts';

const CONTENTIONS = [
  { type: 'contentions', unit: 'count' },
  { type: 'delay', unit: 'nanoseconds' },
];

describe('samples', () => {
  const cases: readonly [shows: string, drawn: string, normal: string[]][] = [
    ['equal ones are added up, in the place of the first', 'a;b 1\na 7\na;b 2', ['a;b 3', 'a 7']],
    ['zeros are dropped', 'a;b 0\na;c 3', ['a;c 3']],
    ['negative ones are dropped', 'a;b -5\na;c 3', ['a;c 3']],
    ['a negative one takes nothing from others', 'a;b -5\na;b 3', ['a;b 3']],
    ['none may be left', 'a;b 0', []],
    ['numbers as labels are dropped', 'a 1 {bytes=64}\na 2 {bytes=128}', ['a 3']],
    [
      'texts as labels stay',
      'a 1 {t="1"}\na 2 {t="2"}\na 4 {t="1"}',
      ['a 5 {t="1"}', 'a 2 {t="2"}'],
    ],
    ['a number goes, the text beside it stays', 'a 1 {t="1", n=5}\na 2 {t="1"}', ['a 3 {t="1"}']],
    [
      'the order of labels is none',
      'a 1 {x="1", y="2"}\na 2 {y="2", x="1"}',
      ['a 3 {x="1", y="2"}'],
    ],
    ['a sample without locations stays', '5\na;b 3\n2', ['7', 'a;b 3']],
    ['an address without a name stays', 'main;0x1f 5\n0x2f 7', ['main;0x1f 5', '0x2f 7']],
    ['0x0 without a name drops its sample', 'main;0x0 5\nmain;0x0;leaf 1\nmain 2', ['main 2']],
  ];
  for (const [shows, drawn, normal] of cases) {
    test(shows, () => {
      assert.deepEqual(textFromProfile(normalizePprof(profileFromText(drawn))), normal);
    });
  }

  test('one negative of two values drops the sample for both types, one zero does not', () => {
    const profile = profileFromText('a;b 1 -10\na;c 2 5\na;d 0 7', { sampleTypes: CONTENTIONS });
    assert.deepEqual(textFromProfile(normalizePprof(profile)), ['a;c 2 5', 'a;d 0 7']);
  });

  test('sums are exact past 2^53, and stay at the largest int64', () => {
    const max = 2n ** 63n - 1n;
    const drawn = `a ${2n ** 53n - 1n}\na 2\nb ${max}\nb 1\nb 5`;
    const { samples } = normalizePprof(profileFromText(drawn));
    assert.deepEqual([...samples.values[0]], [2n ** 53n + 1n, max]);
  });

  test('many large values whose own sums are small stay narrow', () => {
    const drawn = Array.from({ length: 4 }, (_, i) => `f${i} ${2n ** 52n}`).join('\n');
    const { samples } = normalizePprof(profileFromText(drawn));
    assert.ok(!isWide(samples.values[0]));
  });
});

test('what nobody refers to is removed', () => {
  const { symbols, stacks, labelSets } = normalizePprof(
    profileFromText('main;gone@x.ts:1 0 {k="v"}\nmain;stays 1'),
  );
  assert.deepEqual(symbols.strings, ['', 'main', 'stays']);
  assert.equal(symbols.functions.length, 2);
  assert.equal(symbols.locations.length, 2);
  assert.equal(stacks.length, 2);
  assert.equal(labelSets.length, 1);
});

describe('addresses', () => {
  const twoAddresses = (hasFunctions: boolean): PprofInit => ({
    ...smallProfile(),
    mapping: [
      { id: 1n, memoryLimit: 9n, hasFunctions },
      { id: 2n, memoryStart: 9n },
    ],
    sample: [
      { locationId: [1n], value: [3n] },
      { locationId: [2n], value: [2n] },
      { locationId: [3n], value: [1n] },
    ],
    location: [
      { id: 1n, mappingId: 1n, address: 0x1010n, line: [{ functionId: 1n, line: 7n }] },
      { id: 2n, mappingId: 1n, address: 0x1020n, line: [{ functionId: 1n, line: 7n }] },
      { id: 3n, mappingId: 1n, address: 0x1030n },
    ],
  });
  const normalOf = (init: PprofInit) => {
    const read = readPprof(pprofBytes(init));
    assert.ok(read.ok);
    return normalizePprof(read.profile);
  };

  test('are cleared where the mapping has functions, so that equal lines are one', () => {
    const normal = normalOf(twoAddresses(true));
    assert.deepEqual(textFromProfile(normal), ['a@:7 5', '0x1030 1']);
    assert.deepEqual([...normal.symbols.locations.address], [0n, 0x1030n]);
    assert.equal(normal.symbols.mappings.length, 1);
  });

  test('stay where it has none', () => {
    const normal = normalOf(twoAddresses(false));
    assert.deepEqual(textFromProfile(normal), ['a@:7 3', 'a@:7 2', '0x1030 1']);
    assert.deepEqual([...normal.symbols.locations.address], [0x1010n, 0x1020n, 0x1030n]);
  });
});

test('locations in no mapping are put into an empty one for those who expect it', () => {
  const normal = normalizePprof(profileFromText('main;leaf 1'));
  assert.equal(normal.symbols.mappings.length, 0);
  const { locations, mappings } = withStubMapping(normal).symbols;
  assert.deepEqual([...locations.mapping], [0, 0]);
  assert.equal(mappings.length, 1);
  assert.deepEqual([...mappings.memoryLimit], [0n]);
  assert.equal(withStubMapping(withStubMapping(normal)).symbols.mappings.length, 1);
});

describe('any profile', () => {
  const profile = randomProfile.map((message) => {
    const read = readPprof(toBinary(ProfileSchema, message), { limits: NO_PPROF_LIMITS });
    assert.ok(read.ok);
    return read.profile;
  });

  test('is normal once it was normalized, and says the same when normalized again', () => {
    fc.assert(
      fc.property(profile, (each) => {
        const normal = normalizePprof(each);
        assert.deepEqual(normalizePprof(normal), normal);
      }),
      fuzzRuns(300, 20_000),
    );
  });

  test('keeps the sum of what it keeps', () => {
    fc.assert(
      fc.property(profile, (each) => {
        const { samples, symbols, stacks } = each;
        const says = (stack: number): boolean => {
          for (let row = stack; row !== -1; row = stacks.parent[row]) {
            const at = stacks.location[row];
            const { address, lineStart } = symbols.locations;
            if (address[at] === 0n && lineStart[at] === lineStart[at + 1]) return false;
          }
          return true;
        };
        const sums = samples.values.map(() => 0n);
        for (let i = 0; i < samples.length; i++) {
          const values = samples.values.map((column) => BigInt(column[i]));
          if (values.some((value) => value < 0n) || values.every((value) => value === 0n)) continue;
          if (!says(samples.stack[i])) continue;
          for (const [type, value] of values.entries()) sums[type] += value;
        }
        // A sum past int64 stays at its largest value, and then nothing adds up.
        fc.pre(sums.every((sum) => sum < 2n ** 63n));
        assert.deepEqual(normalizePprof(each).samples.values.map(sumInt64), sums);
      }),
      fuzzRuns(300, 20_000),
    );
  });
});

test('what a store leaves to be dropped is what it cannot merge away', () => {
  fc.assert(
    fc.property(randomProfile, (drawn) => {
      const read = readPprof(toBinary(ProfileSchema, drawn), { limits: NO_PPROF_LIMITS });
      if (!read.ok) return;
      const dropped = dropUncounted(read.profile);
      assert.deepEqual(normalizePprof(dropped), normalizePprof(read.profile));
      assert.ok(dropped.samples.length <= read.profile.samples.length);
      for (const column of dropped.samples.values) assert.ok(column.every((value) => value >= 0));
    }),
    fuzzRuns(300, 20_000),
  );
});
