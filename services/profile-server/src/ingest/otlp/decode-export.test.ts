import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { fromBinary } from '@bufbuild/protobuf';
import { ExportProfilesServiceRequestSchema } from '@emberscope/protocol/otlp/profiles-service';
import { fuzzParser, fuzzRuns, sharedFile, sharedMissing } from '@emberscope/test-kit';
import { decodeExport } from './decode-export.ts';
import { exportOfMessage } from './otlp-export.ts';
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

describe('reads of damaged bytes what generated code reads, or less', () => {
  const like = (bytes: Uint8Array) => {
    let ours: ReturnType<typeof decodeExport>;
    try {
      ours = decodeExport(bytes, MOST_PARTS);
    } catch (error) {
      assert.ok(error instanceof Error);
      return error.message;
    }
    // It refuses, as Go does, a known field of another wire type, which generated code reads anyhow.
    assert.deepEqual(plainExport(ours), plainExport(generated(bytes)));
    return undefined;
  };
  test('a small export', () => fuzzParser([RICH], like, fuzzRuns(1_000, 50_000)));
  test('a capture of a real profiler', { skip: sharedMissing }, () => {
    const bytes = sharedFile('conformance/inputs/otlp/otel-ebpf-profile.pb.bin');
    return fuzzParser([bytes], like, fuzzRuns(20, 2_000));
  });
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
