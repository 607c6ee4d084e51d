import { create } from '@bufbuild/protobuf';
import { type Profile as ProfileMessage, ProfileSchema } from '@emberscope/protocol/pprof';
import fc from 'fast-check';

/** Ids as profilers choose them: counted, or all 64 bits of a hash. */
const id = fc.oneof(
  { weight: 4, arbitrary: fc.bigInt({ min: 1n, max: 12n }) },
  fc.bigInt({ min: 1n, max: 70_000n }),
  fc.constantFrom(2n ** 31n, 2n ** 32n + 1n, 2n ** 53n, 2n ** 63n, 2n ** 64n - 1n),
);
const value = fc.oneof(
  { weight: 6, arbitrary: fc.bigInt({ min: 0n, max: 300n }) },
  fc.bigInt({ min: -(2n ** 40n), max: 2n ** 40n }),
  fc.constantFrom(2n ** 53n - 1n, 2n ** 53n, -(2n ** 53n), -(2n ** 53n) + 1n),
  fc.constantFrom(2n ** 63n - 1n, -(2n ** 63n), -1n),
);
const address = fc.oneof(fc.constant(0n), fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }));
const line = fc.oneof(
  fc.bigInt({ min: 0n, max: 2000n }),
  fc.constantFrom(-1n, 2n ** 31n - 1n, 2n ** 31n, -(2n ** 31n), 2n ** 40n),
);
const text = fc.oneof(
  fc.string({ maxLength: 12 }),
  fc.constantFrom(
    'main',
    './src/db.ts:read:42',
    'größe',
    '\u{1f525}',

    'x'.repeat(200),
  ),
);

/** Profiles that a reader has to take: every index is right, though an id may lead nowhere. */
export const randomProfile: fc.Arbitrary<ProfileMessage> = fc
  .array(text, { minLength: 1, maxLength: 10 })
  .chain((texts) => {
    const string = fc.nat({ max: texts.length }).map(BigInt);
    const types = texts.flatMap((each, i) => (each.includes('-') ? [] : [BigInt(i + 1)]));
    const type = fc.constantFrom(0n, ...types);
    const valueType = fc.record({ type, unit: string });
    return fc.integer({ min: 1, max: 3 }).chain((typeCount) =>
      fc.record({
        stringTable: fc.constant<string[]>(['', ...texts]),
        sampleType: fc.array(valueType, { minLength: typeCount, maxLength: typeCount }),
        sample: fc.array(
          fc.record({
            locationId: fc.array(id, { maxLength: 8 }),
            value: fc.array(value, { minLength: typeCount, maxLength: typeCount }),
            label: fc.array(
              fc.oneof(
                fc.record({ key: string, str: string }),
                fc.record({ key: string, num: value, numUnit: string }),
                fc.record({ key: string, str: string, num: value, numUnit: string }),
              ),
              { maxLength: 3 },
            ),
          }),
          { maxLength: 12 },
        ),
        mapping: fc.array(
          fc.record({
            id,
            memoryStart: address,
            memoryLimit: address,
            fileOffset: address,
            filename: string,
            buildId: string,
            hasFunctions: fc.boolean(),
            hasFilenames: fc.boolean(),
            hasLineNumbers: fc.boolean(),
            hasInlineFrames: fc.boolean(),
          }),
          { maxLength: 4 },
        ),
        location: fc.array(
          fc.record({
            id,
            mappingId: fc.oneof({ weight: 3, arbitrary: fc.constant(0n) }, id),
            address,
            line: fc.array(fc.record({ functionId: id, line }), { maxLength: 3 }),
            isFolded: fc.boolean(),
          }),
          { maxLength: 25 },
        ),
        function: fc.array(
          fc.record({ id, name: string, systemName: string, filename: string, startLine: line }),
          { maxLength: 25 },
        ),
        dropFrames: string,
        keepFrames: string,
        timeNanos: value,
        durationNanos: value,
        periodType: fc.oneof(fc.constant(undefined), valueType),
        period: value,
        comment: fc.array(string, { maxLength: 3 }),
        defaultSampleType: string,
      }),
    );
  })
  .map(({ periodType, ...rest }) =>
    create(ProfileSchema, periodType === undefined ? rest : { ...rest, periodType }),
  );
