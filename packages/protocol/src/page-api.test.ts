import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  create,
  type DescField,
  type DescMessage,
  fromBinary,
  ScalarType,
  toBinary,
} from '@bufbuild/protobuf';
import { GetFlameGraphResponseSchema } from './gen/emberscope/page/v1/flame_graph_pb.ts';
import { PageService } from './gen/emberscope/page/v1/page_service_pb.ts';
import { GetTimelineResponseSchema } from './gen/emberscope/page/v1/timeline_pb.ts';

/** The rules that our own API keeps everywhere, so that who knows one method knows all. */

const requests = PageService.methods.map(({ input }) => input);
const responses = PageService.methods.map(({ output }) => output);
const messages = reachableFrom([...requests, ...responses]);

describe('every request says what it is about, first of all', () => {
  for (const { name, fields } of requests) {
    test(name, () => {
      const [first] = fields;
      assert.ok(first?.fieldKind === 'message' && first.number === 1);
      assert.match(first.message.name, /^(Selection|TimeRange)$/);
    });
  }
});

describe('every list has a limit, and a count of what the limit left out', () => {
  for (const { name, fields } of responses) {
    const names = new Set(fields.map((field) => field.name));
    const lists = fields.filter((field) => field.fieldKind === 'list');
    for (const list of lists) {
      test(`${name}.${list.name}`, () => {
        const plural = list.name.replace(/_millis$/, 's');
        assert.ok(names.has(`${plural}_left_out`), `there is no ${plural}_left_out`);
      });
    }
  }

  test('GetTimelineResponse.timeline.series', () => {
    assert.ok(GetTimelineResponseSchema.field.seriesLeftOut !== undefined);
  });
});

describe('fields carry their unit and keep their value', () => {
  for (const { name, fields } of messages) {
    for (const field of fields) {
      test(`${name}.${field.name}`, () => {
        const scalar = scalarOf(field);
        // In the unit of the profile type: only these names leave the unit to it.
        const isValue = /^((left_|right_)?(other_)?(self|total)|unnamed|value|first|last|largest)$/;
        if (scalar === ScalarType.INT64 && !isValue.test(field.name)) {
          assert.match(field.name, /_(millis|nanos|bytes)$/);
        }
        if (scalar === ScalarType.UINT64) assert.match(field.name, /_(count|bytes|left_out)$/);
        // A double is no exact value. Only what is a fraction by nature may be one.
        if (scalar === ScalarType.DOUBLE) assert.match(field.name, /^slope_/);
        assert.ok(scalar !== ScalarType.FLOAT, 'a float holds seven digits');
        const isColumn = field.fieldKind === 'list' && field.listKind !== 'message';
        if (isColumn && scalar !== ScalarType.STRING) assert.ok(field.packed, 'it is not packed');
      });
    }
  }
});

describe('a flame graph of 100,000 nodes', () => {
  const nodeCount = 100_000;
  const response = create(GetFlameGraphResponseSchema, {
    frames: { strings: ['', 'f'], name: [1], file: [0], line: [7] },
    tree: {
      parentPlusOne: Array.from({ length: nodeCount }, (_, row) => Math.max(0, row - (row % 19))),
      frame: new Array(nodeCount).fill(0),
      self: Array.from({ length: nodeCount }, (_, row) => BigInt(row % 5) * 10_000_000n),
      total: Array.from({ length: nodeCount }, (_, row) => BigInt(row) * 10_000_000n),
    },
    otherTotal: 2n ** 63n - 1n,
  });
  const bytes = toBinary(GetFlameGraphResponseSchema, response);

  test('is little more than a megabyte', () => {
    assert.ok(bytes.length < 1_500_000, `${bytes.length} bytes`);
  });

  test('comes back to the last nanosecond', () => {
    assert.deepEqual(fromBinary(GetFlameGraphResponseSchema, bytes), response);
  });
});

function scalarOf(field: DescField): ScalarType | undefined {
  if (field.fieldKind === 'scalar') return field.scalar;
  return field.fieldKind === 'list' && field.listKind === 'scalar' ? field.scalar : undefined;
}

function reachableFrom(roots: readonly DescMessage[]): ReadonlySet<DescMessage> {
  // A set hands out what is added to it while it is walked.
  const reached = new Set(roots);
  for (const { fields } of reached) {
    for (const { message } of fields) {
      if (message !== undefined) reached.add(message);
    }
  }
  return reached;
}
