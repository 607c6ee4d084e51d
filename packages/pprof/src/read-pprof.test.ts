import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import { isWide, type Profile, sumInt64, textFromProfile } from '@emberscope/profile';
import { ProfileSchema } from '@emberscope/protocol/pprof';
import { corruptBytes, cpuMillisOf, fixtureFile, fuzzParser, fuzzRuns } from '@emberscope/test-kit';
import fc from 'fast-check';
import { NO_PPROF_LIMITS, type PprofLimits, PYROSCOPE_PPROF_LIMITS } from './limits.ts';
import { type PprofRead, readPprof } from './read-pprof.ts';
import { type PprofInit, pprofBytes, smallProfile } from './testing/build-pprof.ts';
import { encodeOddly } from './testing/odd-encoding.ts';
import { contentOfColumns, contentOfMessage } from './testing/profile-content.ts';
import { randomProfile } from './testing/random-profile.ts';
import { realProfiles } from './testing/real-profiles.ts';
import { writePprof } from './write-pprof.ts';

function taken(read: PprofRead): Extract<PprofRead, { ok: true }> {
  assert.ok(read.ok, read.ok ? '' : read.reason);
  return read;
}

function readSmall(changes: PprofInit, limits?: Partial<PprofLimits>): PprofRead {
  const options = limits === undefined ? {} : { limits: { ...PYROSCOPE_PPROF_LIMITS, ...limits } };
  return readPprof(pprofBytes({ ...smallProfile(), ...changes }), options);
}

const hex = (text: string): Uint8Array =>
  new Uint8Array(Buffer.from(text.replaceAll(' ', ''), 'hex'));

test('stacks are root first, with files and lines', () => {
  const { profile, losses } = taken(readSmall({}));
  assert.deepEqual(textFromProfile(profile), ['a@:10;b@:20 1', 'a@:10;c@:30 2']);
  assert.deepEqual(profile.sampleTypes, [{ type: 'cpu', unit: 'nanoseconds' }]);
  assert.deepEqual(losses, {
    droppedSamples: 0,
    droppedLocations: 0,
    cutStacks: 0,
    cutStrings: 0,
  });
});

describe('any profile in any encoding that proto3 allows', () => {
  const oddProfile = fc
    .tuple(randomProfile, fc.infiniteStream(fc.nat()))
    .map(([message, chance]) =>
      encodeOddly(message, (below) => (chance.next().value ?? 0) % Math.max(1, below)),
    );

  test('is read as generated code reads it', () => {
    fc.assert(
      fc.property(oddProfile, (bytes) => {
        const { profile } = taken(readPprof(bytes));
        assert.deepEqual(
          contentOfColumns(profile),
          contentOfMessage(fromBinary(ProfileSchema, bytes)),
        );
      }),
      fuzzRuns(300, 20_000),
    );
  });

  test('comes back when it is written and read again', () => {
    fc.assert(
      fc.property(oddProfile, (bytes) => {
        const { profile } = taken(readPprof(bytes));
        assert.deepEqual(taken(readPprof(writePprof(profile))).profile, profile);
      }),
      fuzzRuns(200, 10_000),
    );
  });
});

describe('locations of little more than an id and a line', () => {
  const small = fc.constantFrom(0n, 1n, 2n, 3n, 127n, 128n, 16_384n, 2n ** 31n, 2n ** 63n);
  const lineNumber = fc.constantFrom(0n, 1n, 127n, 128n, 2n ** 31n - 1n, 2n ** 31n, 2n ** 40n, -1n);
  const location = fc.array(
    fc.record({
      id: small,
      line: fc.array(fc.record({ functionId: small, line: lineNumber }), {
        minLength: 0,
        maxLength: 2,
      }),
      isFolded: fc.boolean(),
    }),
    { maxLength: 8 },
  );
  const sample = fc.array(
    fc.record({
      locationId: fc.array(small, { maxLength: 4 }),
      value: fc.array(fc.constant(1n), { minLength: 1, maxLength: 1 }),
    }),
    { maxLength: 6 },
  );
  for (const [shows, isOdd] of [
    ['plainly encoded', false],
    ['oddly encoded', true],
  ] as const) {
    test(`are read as generated code reads them, ${shows}`, () => {
      fc.assert(
        fc.property(location, sample, fc.infiniteStream(fc.nat()), (location, sample, chance) => {
          const nonZero = location.filter(({ id }) => id !== 0n);
          const message = create(ProfileSchema, { ...smallProfile(), location: nonZero, sample });
          const bytes = isOdd
            ? encodeOddly(message, (below) => (chance.next().value ?? 0) % Math.max(1, below))
            : toBinary(ProfileSchema, message);
          const { profile } = taken(readPprof(bytes));
          assert.deepEqual(contentOfColumns(profile), contentOfMessage(message));
        }),
        fuzzRuns(300, 20_000),
      );
    });
  }

  test('are refused as others are when their bytes do not add up', () => {
    // Behind a sample type and an empty string: an id of 1, and a line that says function 1.
    const good = '22 06 08 01 22 02 08 01';
    for (const [bytes, isRead] of [
      [good, true],
      ['22 05 08 01 22 02 08', false],
      ['22 06 08 01 22 03 08 01', false],
      ['22 06 08 01 22 01 08 01', false],
      ['22 06 08 81 22 02 08 01', false],
      ['22 06 08 01 22 02 08 81', false],
      ['22 06 08 01 22 00 08 01', true],
    ] as const) {
      const read = readPprof(hex(`0a00 3200 2a020801 ${bytes}`));
      assert.equal(read.ok, isRead, bytes);
    }
  });
});

describe('stacks that share their roots', () => {
  // One, two and three bytes, some with the same last byte: 0x85 0x01, 0x86 0x01, 0x85 0x81 0x01.
  const ids = [1n, 2n, 5n, 133n, 134n, 261n, 16_517n, 16_518n, 2_097_157n, 99n];
  const location = ids.slice(0, -1).map((id, i) => ({ id, address: BigInt(i + 1) }));
  const change = fc.record({
    keep: fc.nat({ max: 40 }),
    add: fc.array(fc.constantFrom(...ids), { maxLength: 6 }),
    repeat: fc.integer({ min: 1, max: 8 }),
  });
  /** Each stack keeps some of the last one's callers and calls others. */
  const samples = fc.array(change, { maxLength: 12 }).map((changes) => {
    let rootFirst: bigint[] = [];
    return changes.map(({ keep, add, repeat }) => {
      rootFirst = [...rootFirst.slice(0, keep), ...Array(repeat).fill(add).flat()];
      return { locationId: rootFirst.toReversed(), value: [1n] };
    });
  });

  for (const [shows, isOdd] of [
    ['packed', false],
    ['oddly encoded', true],
  ] as const) {
    test(`are read as generated code reads them, ${shows}`, () => {
      fc.assert(
        fc.property(samples, fc.infiniteStream(fc.nat()), (sample, chance) => {
          const message = create(ProfileSchema, { ...smallProfile(), location, sample });
          const bytes = isOdd
            ? encodeOddly(message, (below) => (chance.next().value ?? 0) % Math.max(1, below))
            : toBinary(ProfileSchema, message);
          const { profile } = taken(readPprof(bytes, { limits: NO_PPROF_LIMITS }));
          assert.deepEqual(contentOfColumns(profile), contentOfMessage(message));
        }),
        fuzzRuns(200, 20_000),
      );
    });
  }
});

describe('sums of the fixtures are those of their README', () => {
  const rows = new TextDecoder()
    .decode(fixtureFile('agents/README.md'))
    .split('\n')
    .map((line) => line.split('|').map((cell) => cell.trim()))
    .filter((cells) => cells.length === 10 && /^`.+`$/.test(cells[1]));
  const profiles = new Map(realProfiles().map(({ path, bytes }) => [path, bytes]));
  assert.ok(rows.length > 10);
  for (const [, name, , samples, types, sums, duration, period, labels] of rows) {
    const path = `agents/${name.replaceAll('`', '')}`;
    test(path, () => {
      const bytes = profiles.get(path);
      assert.ok(bytes, `no such file: ${path}`);
      const { profile } = taken(readPprof(bytes));
      assert.deepEqual(
        {
          samples: String(profile.samples.length),
          types: profile.sampleTypes.map(({ type, unit }) => `${type}/${unit}`).join(' '),
          sums: profile.samples.values.map(sumInt64).join(' '),
          duration: String(profile.durationNanos),
          period: String(profile.period),
          labels: labelKeys(profile),
        },
        { samples, types, sums, duration, period, labels: labels.split(',').sort().join(',') },
      );
    });
  }

  function labelKeys({ labelSets, symbols }: Profile): string {
    const keys = new Set(Array.from(labelSets.key, (row) => symbols.strings[row]));
    return keys.size === 0 ? '-' : [...keys].sort().join(',');
  }
});

describe('a profile that contradicts itself is refused in Pyroscope’s words', () => {
  const small = smallProfile();
  const cases: readonly [reason: string, changes: PprofInit][] = [
    ['empty profile', { sampleType: [] }],
    ['300 sample types, limit: 256', { sampleType: Array(300).fill({}), sample: [] }],
    ['location id is 0', { location: [{ id: 0n, line: [{ functionId: 1n }] }] }],
    ['location id is 0', { location: [{ id: 0n, line: [{ functionId: 99n }] }] }],
    ['function id is 0', { function: [{ id: 0n, name: 3n }] }],
    ['sample value length mismatch', { sample: [{ locationId: [1n], value: [1n, 2n] }] }],
    ['sample value length mismatch', { sample: [{ locationId: [1n], value: [] }] }],
    ['sample value length mismatch', { sample: [{ locationId: [99n], value: [1n, 2n] }] }],
    ['string 0 should be empty string', { stringTable: ['oops', 'a', 'b', 'c', 'd', 'e'] }],
    ['string 0 should be empty string', { stringTable: [] }],
    ['function name string index out of range', { function: [{ id: 1n, name: 9999n }] }],
    ['function name string index out of range', { function: [{ id: 1n, name: 6n }] }],
    ['function name string index out of range', { function: [{ id: 1n, name: -1n }] }],
    ['function name string index out of range', { function: [{ id: 1n, name: 2n ** 40n }] }],
    ['function system name string index out of range', { function: [{ id: 1n, systemName: 6n }] }],
    ['function file name string index out of range', { function: [{ id: 1n, filename: 6n }] }],
    ['sample type type string index out of range', { sampleType: [{ type: 6n, unit: 2n }] }],
    ['sample type unit string index out of range', { sampleType: [{ type: 1n, unit: -2n }] }],
    ['period type type string index out of range', { periodType: { type: 6n } }],
    ['period type unit string index out of range', { periodType: { unit: 6n } }],
    ['mapping file name string index out of range', { mapping: [{ id: 1n, filename: 6n }] }],
    ['mapping build id string index out of range', { mapping: [{ id: 1n, buildId: 6n }] }],
    ['comment string index out of range', { comment: [1n, 6n] }],
    ['drop frames string index out of range', { dropFrames: 6n }],
    ['keep frames string index out of range', { keepFrames: 6n }],
    ['default sample type string index out of range', { defaultSampleType: 6n }],
    ['sample label string index out of range', { sample: [labelled({ key: 6n, str: 1n })] }],
    ['sample label string index out of range', { sample: [labelled({ key: 1n, str: -1n })] }],
    ['sample label string index out of range', { sample: [labelled({ key: 1n, numUnit: 6n })] }],
    ['sample type contains -', { stringTable: ['', 'alloc-space', 'bytes', 'a', 'b', 'c'] }],
  ];
  for (const [i, [reason, changes]] of cases.entries()) {
    test(`${reason} (${i})`, () => {
      assert.deepEqual(readSmall(changes), { ok: false, kind: 'invalid', reason });
    });
  }

  function labelled(label: { key: bigint; str?: bigint; numUnit?: bigint }) {
    return { locationId: [1n], value: [1n], label: [label] };
  }

  test('a long string that is not UTF-8 is shown by its beginning', () => {
    const bytes = pprofBytes({
      ...small,
      stringTable: ['', 'cpu', 'x', 'B'.repeat(9000), 'b', 'c'],
    });
    bytes[Buffer.from(bytes).indexOf('BBB')] = 0xff;
    const read = readPprof(bytes);
    assert.match(read.ok ? '' : read.reason, /^invalid utf8 string hex: ff(42){255}…$/);
  });

  test('invalid utf8 string hex: ff414455544638', () => {
    const bytes = pprofBytes({ ...small, stringTable: ['', 'cpu', 'x', 'BADUTF8', 'b', 'c'] });
    bytes[Buffer.from(bytes).indexOf('BADUTF8')] = 0xff;
    const reason = 'invalid utf8 string hex: ff414455544638';
    assert.deepEqual(readPprof(bytes), { ok: false, kind: 'invalid', reason });
  });

  test('of several defects the first in Pyroscope’s order is named', () => {
    const inOrder: PprofInit[] = [
      { sampleType: [] },
      { location: [{ id: 0n }] },
      { function: [{ id: 0n, name: 6n }] },
      { sample: [{ locationId: [1n], value: [1n, 2n] }] },
      { stringTable: ['oops'] },
    ];
    const reasons = inOrder.map((_, i) => {
      const read = readSmall(Object.assign({}, ...inOrder.slice(i)));
      return read.ok ? 'taken' : read.reason;
    });
    assert.deepEqual(reasons, [
      'empty profile',
      'location id is 0',
      'function id is 0',
      'sample value length mismatch',
      'string 0 should be empty string',
    ]);
  });
});

describe('a sample whose stack cannot be told is dropped, and counted', () => {
  const [a, b, c] = smallProfile().location ?? [];
  const cases: readonly [shows: string, changes: PprofInit, droppedLocations: number][] = [
    ['it refers to location 0', { sample: twoSamples([0n, 1n]) }, 0],
    ['it refers to a missing location', { sample: twoSamples([9999n, 1n]) }, 0],
    ['a missing location with a large id', { sample: twoSamples([2n ** 60n, 1n]) }, 0],
    [
      'a line refers to function 0',
      { location: [a, { id: 2n, line: [{ functionId: 0n }] }, c] },
      1,
    ],
    ['a line has no function', { location: [a, { id: 2n, line: [{ line: 7n }] }, c] }, 1],
    [
      'a line of a missing function',
      { location: [a, { id: 2n, line: [{ functionId: 77n }] }, c] },
      1,
    ],
    [
      'one line of several',
      { location: [a, { id: 2n, line: [{ functionId: 1n }, { functionId: 77n }] }, c] },
      1,
    ],
    ['a missing mapping', { location: [a, { id: 2n, mappingId: 77n, line: b.line ?? [] }, c] }, 1],
  ];
  for (const [shows, changes, droppedLocations] of cases) {
    test(shows, () => {
      const { profile, losses } = taken(readSmall(changes));
      assert.deepEqual(textFromProfile(profile), ['a@:10;c@:30 2']);
      assert.deepEqual(losses, {
        droppedSamples: 1,
        droppedLocations,
        cutStacks: 0,
        cutStrings: 0,
      });
      assert.equal(profile.stacks.length, 2, 'stacks of dropped samples leave no rows');
    });
  }

  function twoSamples(locationId: bigint[]) {
    return [
      { locationId, value: [1n] },
      { locationId: [3n, 1n], value: [2n] },
    ];
  }
});

describe('limits', () => {
  test('more samples than the limit', () => {
    const reason =
      'exceeds the samples count limit (max_profile_stacktrace_samples, actual: 2, limit: 1)';
    assert.deepEqual(readSmall({}, { maxSamples: 1 }), {
      ok: false,
      kind: 'too-many-samples',
      reason,
      actual: 2,
      limit: 1,
    });
    assert.ok(readSmall({}, { maxSamples: 2 }).ok);
  });

  test('more labels than the limit', () => {
    const label = [1n, 2n, 3n, 4n].map((key) => ({ key, str: 1n }));
    const sample = [{ locationId: [1n], value: [1n], label }];
    const reason =
      'exceeds the sample labels limit (max_profile_stacktrace_sample_labels, actual: 4, limit: 3)';
    assert.deepEqual(readSmall({ sample }, { maxSampleLabels: 3 }), {
      ok: false,
      kind: 'too-many-sample-labels',
      reason,
      actual: 4,
      limit: 3,
    });
    assert.ok(readSmall({ sample }, { maxSampleLabels: 4 }).ok);
  });

  const deep = (depth: number) => Array.from({ length: depth }, (_, i) => BigInt((i % 3) + 1));
  for (const depth of [3, 4, 5, 9]) {
    test(`of ${depth} locations the 4 at the root stay`, () => {
      const sample = [
        { locationId: deep(depth), value: [1n] },
        { locationId: [1n, ...deep(depth)], value: [2n] },
        { locationId: [2n, 2n, 1n], value: [4n] },
        { locationId: [3n, ...deep(depth)], value: [8n] },
      ];
      const { profile, losses } = taken(readSmall({ sample }, { maxStackDepth: 4 }));
      const whole = taken(readSmall({ sample }, NO_PPROF_LIMITS)).profile;
      const cut = textFromProfile(whole).map((line) => {
        const [stack, value] = line.split(' ');
        return `${stack.split(';').slice(0, 4).join(';')} ${value}`;
      });
      assert.deepEqual(textFromProfile(profile), cut);
      assert.equal(losses.cutStacks, depth > 4 ? 3 : depth === 4 ? 2 : 0);
    });
  }

  test('a missing location in the part that is cut off does no harm', () => {
    const sample = [{ locationId: [99n, 2n, 1n], value: [5n] }];
    const { profile, losses } = taken(readSmall({ sample }, { maxStackDepth: 2 }));
    assert.deepEqual(textFromProfile(profile), ['a@:10;b@:20 5']);
    assert.equal(losses.droppedSamples, 0);
  });

  const long = [
    ['abcdefghijklmnopqrstuvwxyz', 'klmnopqrstuvwxyz'],
    ['0123456789abcdef', '0123456789abcdef'],
    ['€'.repeat(10), '€'.repeat(5)],
    [`${'\u{1f525}'.repeat(5)}ab`, `${'\u{1f525}'.repeat(3)}ab`],
  ] as const;
  for (const [text, end] of long) {
    test(`of ${text} the last 16 bytes stay: ${end}`, () => {
      const stringTable = ['', 'cpu', 'nanoseconds', text, 'b', 'c'];
      const { profile, losses } = taken(readSmall({ stringTable }, { maxStringBytes: 16 }));
      assert.equal(profile.symbols.strings[3], end);
      assert.equal(losses.cutStrings, text === end ? 0 : 1);
    });
  }
});

describe('numbers', () => {
  test('values beyond 2^53 widen their own column only', () => {
    const sampleType = [
      { type: 1n, unit: 2n },
      { type: 2n, unit: 1n },
    ];
    const sample = [
      { locationId: [1n], value: [2n ** 53n, -(2n ** 53n) + 1n] },
      { locationId: [1n], value: [-(2n ** 63n), 2n ** 53n - 1n] },
    ];
    const [wide, narrow] = taken(readSmall({ sampleType, sample })).profile.samples.values;
    assert.ok(isWide(wide));
    assert.deepEqual([...wide], [2n ** 53n, -(2n ** 63n)]);
    assert.ok(!isWide(narrow));
    assert.deepEqual([...narrow], [-Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER]);
  });

  test('-2^53, which a double holds but not exactly alone, widens', () => {
    const sample = [{ locationId: [1n], value: [-(2n ** 53n)] }];
    assert.ok(isWide(taken(readSmall({ sample })).profile.samples.values[0]));
  });

  test('addresses and times keep all 64 bits', () => {
    const location = [{ id: 1n, address: 2n ** 64n - 1n }];
    const sample = [{ locationId: [1n], value: [1n] }];
    const timeNanos = 1_732_451_118_123_456_789n;
    const { profile } = taken(readSmall({ location, sample, timeNanos, period: -1n }));
    assert.equal(profile.symbols.locations.address[0], 2n ** 64n - 1n);
    assert.equal(profile.timeNanos, timeNanos);
    assert.equal(profile.period, -1n);
  });

  for (const line of [2n ** 31n, 2n ** 32n + 5n, -(2n ** 31n) - 1n]) {
    test(`line ${line} is unknown`, () => {
      const location = [{ id: 1n, line: [{ functionId: 1n, line }] }];
      const sample = [{ locationId: [1n], value: [1n] }];
      const { profile } = taken(readSmall({ location, sample }));
      assert.equal(profile.symbols.locations.lineNumber[0], 0);
    });
  }
});

test('of two messages with one id the later is meant', () => {
  const small = smallProfile();
  const { profile } = taken(
    readSmall({
      function: [...(small.function ?? []), { id: 2n, name: 5n }],
      location: [...(small.location ?? []), { id: 3n, line: [{ functionId: 99n }] }],
    }),
  );
  assert.deepEqual(textFromProfile(profile), ['a@:10;c@:20 1']);
});

test('.NET profiles without function ids are mended where that is asked for', () => {
  const stringTable = ['', 'alloc-size', 'bytes', 'a', 'b', 'c'];
  const withoutIds = smallProfile().function?.map(({ name = 0n }) => ({ name }));
  const bytes = pprofBytes({ ...smallProfile(), stringTable, function: withoutIds ?? [] });
  const { profile } = taken(readPprof(bytes, { repairDotnet: true }));
  assert.deepEqual(textFromProfile(profile), ['a@:10;b@:20 1', 'a@:10;c@:30 2']);
  assert.deepEqual(profile.sampleTypes, [{ type: 'alloc_size', unit: 'bytes' }]);

  const refused = readPprof(bytes);
  assert.ok(!refused.ok);
  assert.equal(refused.reason, 'function id is 0');
});

describe('bytes that are not pprof are an answer', () => {
  const cases: readonly [shows: string, bytes: Uint8Array, reason: RegExp][] = [
    ['text', new TextEncoder().encode('not a pprof'), /wire type 6 is not that of field 13/],
    ['a message that reaches past the end', hex('12 05 0a'), /reaches past byte 3/],
    ['a length of 2^35', hex('12 ffffffff7f'), /reaches past byte 6/],
    ['a tag that is cut off', hex('80'), /cut off at byte 1/],
    ['field 0', hex('00 01'), /illegal tag at byte 0/],
    ['a field number past 2^29', hex('f8ffffff1f 00'), /illegal tag/],
    ['a number without an end', hex('48 ffffffffffffffffffff 01'), /more than 64 bits/],
    ['a group', hex('7b 7c'), /wire type 3/],
    ['the end of a group', hex('7c'), /wire type 4/],
    ['a sample that is a number', hex('10 01'), /wire type 0 is not that of field 2/],
    ['a string that is a number', hex('30 01'), /wire type 0 is not that of field 6/],
    ['a number that ends behind its message', hex('0a 02 08 80 01 00 00'), /past byte 4/],
    ['unknown fixed64 that is cut off', hex('79 01 02'), /reaches past/],
    ['unknown fixed32 that is cut off', hex('7d 01 02'), /reaches past/],
    ['packed locations that lie', hex('0a00 12 03 0a 01 80'), /cut off at byte 7/],
    ['packed values that lie', hex('0a00 12 03 12 01 80'), /cut off at byte 7/],
    ['locations of eleven bytes', hex('0a00 12 0d 0a 0b ffffffffffffffffffff01'), /more than 64/],
  ];
  for (const [shows, bytes, reason] of cases) {
    test(shows, () => {
      const read = readPprof(bytes);
      assert.ok(!read.ok);
      assert.equal(read.kind, 'not-pprof');
      assert.match(read.reason, reason);
    });
  }

  test('no bytes are an empty profile', () => {
    const reason = 'empty profile';
    assert.deepEqual(readPprof(new Uint8Array()), { ok: false, kind: 'invalid', reason });
  });
});

describe('damaged and hostile bytes', () => {
  const small = realProfiles()
    .map(({ bytes }) => bytes)
    .filter(({ length }) => length < 12_000);
  test('real profiles, damaged, are read or refused, and what is read can be written', () => {
    return fuzzParser(small, (damaged) => {
      const read = readPprof(damaged);
      if (!read.ok) return read.reason;
      const again = taken(readPprof(writePprof(read.profile), { limits: NO_PPROF_LIMITS }));
      assert.deepEqual(again.profile.samples, read.profile.samples);
      return undefined;
    });
  });

  test('a profile is read alike before and after others, good and bad', () => {
    const first = realProfiles()[0].bytes;
    const before = taken(readPprof(first)).profile;
    fc.assert(
      fc.property(corruptBytes(...small), (damaged) => {
        readPprof(damaged);
        assert.deepEqual(taken(readPprof(first)).profile, before);
      }),
      fuzzRuns(30, 2000),
    );
  });

  /** One field over and over, behind a sample type and an empty string. */
  const repeated = (field: string, count: number) => {
    const bytes = hex(field);
    const all = new Uint8Array(4 + count * bytes.length);
    all.set(hex('0a00 3200'));
    for (let i = 0; i < count; i++) all.set(bytes, 4 + i * bytes.length);
    return all;
  };
  const hostile: readonly [shows: string, bytes: () => Uint8Array][] = [
    [
      'ids that all end alike',
      () => {
        const location = Array.from({ length: 20_000 }, (_, i) => ({
          id: (BigInt(i) << 32n) | 1n,
        }));
        return pprofBytes({ ...smallProfile(), location });
      },
    ],
    [
      'labels that are counted up',
      () => {
        const sample = Array.from({ length: 20_000 }, (_, i) => ({
          value: [1n],
          label: [{ key: 1n, num: BigInt(i) << 32n }],
        }));
        return pprofBytes({ ...smallProfile(), sample });
      },
    ],
    [
      'one stack as long as the profile',
      () => {
        const sample = [{ locationId: Array(300_000).fill(1n), value: [1n] }];
        return pprofBytes({ ...smallProfile(), sample });
      },
    ],
    ['empty strings', () => repeated('3200', 2_000_000)],
    ['empty sample types', () => repeated('0a00', 2_000_000)],
    ['empty samples', () => repeated('1200', 2_000_000)],
    ['comments', () => repeated('6800', 2_000_000)],
    ['functions of one id', () => repeated('2a020801', 1_000_000)],
    ['mappings of one id', () => repeated('1a020801', 1_000_000)],
    ['locations of one id', () => repeated('22020801', 1_000_000)],
    ['locations of one large id', () => repeated('220608ffffffff7f', 500_000)],
  ];
  for (const [shows, build] of hostile) {
    test(`${shows}: no more than a fair share of time`, () => {
      const bytes = build();
      const cpuMillis = cpuMillisOf(() => void readPprof(bytes, { limits: NO_PPROF_LIMITS }));
      // A tenth of this is usual; what is quadratic takes minutes.
      assert.ok(cpuMillis < 3000, `${cpuMillis} ms`);
    });
  }
});
