import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { create, fromBinary, toBinary, toJsonString } from '@bufbuild/protobuf';
import {
  encodeFlameGraph,
  foldStacks,
  framesByName,
  type Int64Column,
  profileFromText,
  selfByStack,
} from '@emberscope/profile';
import { CallTreeSchema, FrameTableSchema } from '@emberscope/protocol/page/frames';
import { LevelSchema, SelectMergeStacktracesResponseSchema } from '@emberscope/protocol/querier';
import fc from 'fast-check';
import { flameGraphBody } from './flame-graph-body.ts';
import { createProtoWriter } from './proto-writer.ts';

describe('what is written by hand is what the library writes', () => {
  const int64 = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n });
  const narrow = fc.oneof(fc.maxSafeInteger(), fc.integer({ min: 0, max: 300 }));

  function checkLevel(values: readonly bigint[], column: Int64Column): void {
    const wire = createProtoWriter(1);
    wire.packedInt64(1, column);
    const expected = toBinary(LevelSchema, create(LevelSchema, { values: [...values] }));
    assert.deepEqual(wire.finish(), expected);
  }

  test('a packed column of any int64', () => {
    fc.assert(
      fc.property(fc.array(int64), (values) => checkLevel(values, BigInt64Array.from(values))),
    );
  });

  test('a packed column of doubles', () => {
    fc.assert(
      fc.property(fc.array(narrow), (values) =>
        checkLevel(values.map(BigInt), Float64Array.from(values)),
      ),
    );
  });

  test('a packed column of numbers below 2^32', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(0x7fff_ffff)), (frame) => {
        const wire = createProtoWriter(1);
        wire.packedUint32(2, Int32Array.from(frame));
        assert.deepEqual(
          wire.finish(),
          toBinary(CallTreeSchema, create(CallTreeSchema, { frame })),
        );
      }),
    );
  });

  test('texts, the empty one among them', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: 'grapheme' })), (strings) => {
        const wire = createProtoWriter(1);
        for (const text of strings) wire.textItem(1, text);
        const expected = toBinary(FrameTableSchema, create(FrameTableSchema, { strings }));
        assert.deepEqual(wire.finish(), expected);
      }),
    );
  });

  for (const length of [0, 1, 127, 128, 16_383, 16_384, 70_000]) {
    test(`a message of ${length} bytes`, () => {
      const tree = new Uint8Array(length).fill(7);
      const wire = createProtoWriter(1);
      wire.message(2, () => wire.raw(tree));
      const read = fromBinary(SelectMergeStacktracesResponseSchema, wire.finish());
      assert.deepEqual(read.tree, tree);
    });
  }
});

describe('a flame graph', () => {
  const names = ['', 'main', 'say "hi"\n', 'é', '\u{1f600}', 'back\\slash'];
  const drawn = names
    .map((name, i) => `root;f${name.replaceAll(/[\n;]/g, ' ')} ${i + 1}`)
    .join('\n');
  const big = 'root;a 9007199254740993\nroot;b 9007199254740995';

  for (const [title, text] of [
    ['with names that JSON has to escape', drawn],
    ['with values past 2^53', big],
    ['of nothing', ''],
  ] as const) {
    test(title, () => {
      const profile = profileFromText(text);
      const { stack, values } = profile.samples;
      const self = selfByStack(profile.stacks, stack, values[0] ?? new Float64Array(0));
      const framing = framesByName(profile.symbols);
      const { tree } = foldStacks(profile.stacks, profile.symbols.locations, self, framing);
      const graph = encodeFlameGraph(tree, 0);
      const message = create(SelectMergeStacktracesResponseSchema, {
        flamegraph: {
          names: [...graph.names],
          levels: graph.levels.map((cells) => ({ values: Array.from(cells, BigInt) })),
          total: graph.total,
          maxSelf: graph.maxSelf,
        },
      });
      const body = flameGraphBody(graph);
      assert.deepEqual(body.toProto(), toBinary(SelectMergeStacktracesResponseSchema, message));
      const json = new TextDecoder().decode(body.toJson());
      assert.equal(json, toJsonString(SelectMergeStacktracesResponseSchema, message));
    });
  }
});
