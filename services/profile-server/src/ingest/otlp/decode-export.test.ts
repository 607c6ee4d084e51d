import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { fromBinary } from '@bufbuild/protobuf';
import { ExportProfilesServiceRequestSchema } from '@emberscope/protocol/otlp/profiles-service';
import { fuzzParser, fuzzRuns, sharedFile, sharedMissing } from '@emberscope/test-kit';
import { decodeExport } from './decode-export.ts';
import { exportOfMessage } from './otlp-export.ts';
import { isStrictProtobuf } from './testing/is-strict-protobuf.ts';
import { plainExport } from './testing/plain-export.ts';
import {
  AT,
  exportBytes,
  smallDictionary,
  smallExport,
  smallProfile,
} from './testing/small-export.ts';

const MOST_PARTS = 1e9;

/** One of each field, and of lists one and several. */
const RICH = exportBytes(
  smallExport(
    smallProfile({
      timeUnixNano: 2n ** 64n - 1n,
      durationNano: 5n,
      profileId: Uint8Array.of(1, 2),
      originalPayloadFormat: 'ü',
      originalPayload: Uint8Array.of(3),
      droppedAttributesCount: 1,
      attributeIndices: [1],
      samples: [
        { stackIndex: 1, values: [-1n, 2n ** 62n], attributeIndices: [1, 300], linkIndex: 1 },
        { stackIndex: -1, timestampsUnixNano: [1n, 2n] },
      ],
    }),
    smallDictionary({
      locationTable: [
        { address: 2n ** 64n - 1n, mappingIndex: 1, attributeIndices: [1, 2] },
        { lines: [{ functionIndex: 1, line: -2n, column: 7n }, { functionIndex: 2 }] },
      ],
      functionTable: [{}, { nameStrindex: AT.main, systemNameStrindex: AT.serve, startLine: -1n }],
    }),
  ),
);

const generated = (bytes: Uint8Array) =>
  exportOfMessage(
    fromBinary(ExportProfilesServiceRequestSchema, bytes, { readUnknownFields: false }),
  );

test('reads what generated code reads', () => {
  assert.deepEqual(plainExport(decodeExport(RICH, MOST_PARTS)), plainExport(generated(RICH)));
});

/** Bytes of one field: its number, and what it is. */
const varint = (value: bigint | number): number[] => {
  const bytes: number[] = [];
  for (let left = BigInt.asUintN(64, BigInt(value)); ; left >>= 7n) {
    if (left < 0x80n) return [...bytes, Number(left)];
    bytes.push(Number(left & 0x7fn) | 0x80);
  }
};
const number = (field: number, value: bigint | number) => [...varint(field * 8), ...varint(value)];
const eight = (field: number, ...bytes: readonly number[]) => [
  ...varint(field * 8 + 1),
  ...[...bytes, 0, 0, 0, 0, 0, 0, 0, 0].slice(0, 8),
];
const four = (field: number) => [...varint(field * 8 + 5), 1, 2, 3, 4];
const run = (field: number, ...content: readonly (readonly number[])[]) => {
  const bytes = content.flat();
  return [...varint(field * 8 + 2), ...varint(bytes.length), ...bytes];
};
const dictionary = (...content: readonly (readonly number[])[]) => run(2, ...content);
const profile = (...content: readonly (readonly number[])[]) => run(1, run(2, run(2, ...content)));
const sample = (...content: readonly (readonly number[])[]) => profile(run(2, ...content));
/** What nobody knows, of each kind. */
const unknown = [number(99, 5), eight(98), run(97, [1, 2, 3]), four(96), number(2 ** 29 - 1, 1)];

describe('reads what is unusual and right', () => {
  const cases: readonly (readonly [shows: string, bytes: readonly number[]])[] = [
    ['nothing', []],
    ['the locations of a stack one by one', dictionary(run(7, number(1, 5), number(1, 300)))],
    ['and some in a run', dictionary(run(7, number(1, 5), run(1, [6, 7]), number(1, 8), run(1)))],
    ['attributes of a mapping', dictionary(run(1, number(5, 1), run(5, [2, 3]), number(5, 4)))],
    ['attributes of a location', dictionary(run(2, number(4, 1), run(4, [2]), run(4)))],
    ['attributes of a profile', profile(number(11, 1), run(11, [2, 3]), run(11))],
    ['attributes of a sample', sample(number(2, 1), run(2, [2, 3]), number(2, 4))],
    ['values of a sample', sample(number(4, -1), run(4, varint(-5), [3]), number(4, 2n ** 63n))],
    ['times of a sample', sample(eight(5, 1), run(5, Array(16).fill(7)), eight(5), run(5))],
    ['a negative index, in ten bytes', sample(number(1, -1), number(3, -2))],
    ['an index of more bits than there are', sample(number(1, 2n ** 40n + 7n))],
    ['a zero in more bytes than it takes', sample([8, 0x80, 0x80, 0])],
    ['a tag in more bytes than it takes', sample([0x88, 0x80, 0, 5])],
    [
      'fields that are empty',
      [...profile(run(1), run(5), run(7), run(9), run(10)), ...dictionary()],
    ],
    [
      'a length of the largest number',
      profile(number(4, -1), number(6, -1), number(8, 2 ** 32 - 1)),
    ],
    [
      'fields from the last to the first',
      profile(number(6, 4), eight(3, 2), run(2), run(1, number(2, 1))),
    ],
    [
      'a dictionary before and behind',
      [...dictionary(run(5, [97])), ...sample(), ...dictionary(run(5))],
    ],
    ['what nobody knows, around all', [...unknown.flat(), ...sample(), ...unknown.flat()]],
    [
      'in resources, scopes and profiles',
      run(1, ...unknown, run(2, ...unknown, run(2, ...unknown))),
    ],
    ['in a sample and a type', profile(run(2, ...unknown), run(1, ...unknown), run(5, ...unknown))],
    ['in a resource and a scope', run(1, run(1, ...unknown), run(2, run(1, ...unknown)))],
    ['in the dictionary', dictionary(...unknown)],
    ...[1, 2, 3, 4, 6, 7].map(
      (table) => [`in a row of table ${table}`, dictionary(run(table, ...unknown))] as const,
    ),
    ['in a line and a value', dictionary(run(2, run(3, ...unknown)), run(6, run(2, ...unknown)))],
    [
      'values of all kinds',
      dictionary(
        run(6, run(2, run(1, [97]))),
        run(6, run(2, number(2, 1))),
        run(6, run(2, number(3, -1))),
        run(6, run(2, eight(4, 1))),
        run(6, run(2, run(5, run(1, number(3, 1))))),
        run(6, run(2, run(6, run(1, run(1, [97]), run(2, number(3, 1)))))),
        run(6, run(2, run(7, [0xff]))),
      ),
    ],
    ['addresses of schemas', [...run(1, run(3, [97]), run(2, run(3, [98])))]],
  ];
  for (const [shows, given] of cases) {
    test(shows, () => {
      const bytes = Uint8Array.from(given);
      assert.ok(isStrictProtobuf(ExportProfilesServiceRequestSchema, bytes));
      const plain = plainExport(decodeExport(bytes, MOST_PARTS));
      assert.deepEqual(plain, plainExport(generated(bytes)));
    });
  }

  test('and refuses what is wrong', () => {
    const wrong: readonly (readonly number[])[] = [
      sample(four(1)),
      dictionary(run(7, eight(1))),
      dictionary(run(5, [0xff])),
      sample(run(5, [1, 2, 3])),
      sample(run(2, [0x80])),
      [0x0a, 5, 0],
      [0x0b, 0x0c],
      [0],
      number(2 ** 29, 1),
      [0x18, ...Array(10).fill(0xff), 1],
    ];
    for (const given of wrong) {
      const bytes = Uint8Array.from(given);
      assert.ok(!isStrictProtobuf(ExportProfilesServiceRequestSchema, bytes), `${given}`);
      assert.throws(() => decodeExport(bytes, MOST_PARTS), `${given}`);
    }
  });
});

describe('reads of damaged bytes what generated code reads, or less', () => {
  const like = (bytes: Uint8Array) => {
    let ours: ReturnType<typeof decodeExport>;
    try {
      ours = decodeExport(bytes, MOST_PARTS);
    } catch (error) {
      assert.ok(error instanceof Error);
      // It refuses, as Go does, a field of another wire type, and one that reaches past the message
      // that it is in: generated code reads both anyhow.
      assert.ok(!isStrictProtobuf(ExportProfilesServiceRequestSchema, bytes), error.message);
      return error.message;
    }
    assert.deepEqual(plainExport(ours), readByGenerated(bytes) ?? plainExport(ours));
    return undefined;
  };
  test('a small export', () => fuzzParser([RICH], like, fuzzRuns(1_000, 50_000)));
  test('a capture of a real profiler', { skip: sharedMissing }, () => {
    const bytes = sharedFile('conformance/inputs/otlp/otel-ebpf-profile.pb.bin');
    return fuzzParser([bytes], like, fuzzRuns(20, 2_000));
  });
});

/** Undefined where a tag has more than five bytes: generated code refuses it, Go and we do not. */
function readByGenerated(bytes: Uint8Array): ReturnType<typeof plainExport> | undefined {
  try {
    return plainExport(generated(bytes));
  } catch (error) {
    assert.match(String(error), /illegal tag: varint overflows uint32/);
    assert.ok(isStrictProtobuf(ExportProfilesServiceRequestSchema, bytes));
    return undefined;
  }
}

test('a tag may be written in more bytes than it needs', () => {
  const [first = 0, ...rest] = RICH;
  const padded = Uint8Array.from([first | 0x80, 0x80, 0x80, 0x80, 0x80, 0, ...rest]);
  assert.equal(readByGenerated(padded), undefined);
  const read = plainExport(decodeExport(padded, MOST_PARTS));
  assert.deepEqual(read, plainExport(generated(RICH)));
});

describe('of what comes twice', () => {
  const both = (a: Uint8Array, b: Uint8Array) => Buffer.concat([a, b]);
  test('tables go on, and messages are merged', () => {
    const twice = both(RICH, exportBytes(smallExport()));
    assert.deepEqual(plainExport(decodeExport(twice, MOST_PARTS)), plainExport(generated(twice)));
  });
  test('a resource, a type or a value is the later one in what it says', () => {
    // A profile whose type is said twice, in a resource that is said twice.
    const resource = [0x0a, 4, 0x0a, 2, 0x0a, 0, 0x0a, 2, 0x0a, 0];
    const types = [0x0a, 4, 0x08, 1, 0x10, 2, 0x0a, 2, 0x10, 3];
    const scope = [0x12, types.length + 2, 0x12, types.length, ...types];
    const bytes = Uint8Array.from([
      ...[0x0a, resource.length + scope.length, ...resource, ...scope],
      // An attribute whose value is a string, then an integer.
      ...[0x12, 11, 0x32, 9, 0x12, 3, 0x0a, 1, 0x61, 0x12, 2, 0x18, 5],
    ]);
    assert.deepEqual(plainExport(decodeExport(bytes, MOST_PARTS)), plainExport(generated(bytes)));
  });
});
