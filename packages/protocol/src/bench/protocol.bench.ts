import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import { measureBench, printBenchTable } from '@emberscope/test-kit';
import { GetFlameGraphResponseSchema } from '../gen/emberscope/page/v1/flame_graph_pb.ts';

/** The largest answer there is: a flame graph of 100,000 nodes and 5,000 functions. */

const NODES = 100_000;
const FUNCTIONS = 5_000;
const SAMPLE_NANOS = 10_000_000n;

let seed = 42;
function random(below: number): number {
  seed = (Math.imul(seed, 1_103_515_245) + 12_345) >>> 1;
  return seed % below;
}

const rows = Array.from({ length: NODES }, (_, row) => row);
const functions = Array.from({ length: FUNCTIONS }, (_, row) => row);
const response = create(GetFlameGraphResponseSchema, {
  frames: {
    strings: ['', ...functions.map((row) => `someFunction${row}`)],
    name: functions.map((row) => row + 1),
    file: functions.map((row) => 1 + (row % 90)),
    line: functions.map((row) => 1 + (row % 800)),
  },
  tree: {
    parentPlusOne: rows.map((row) => Math.max(0, row - random(20))),
    frame: rows.map(() => random(FUNCTIONS)),
    self: rows.map(() => BigInt(random(5)) * SAMPLE_NANOS),
    total: rows.map(() => BigInt(random(3_000)) * SAMPLE_NANOS),
  },
});
const bytes = toBinary(GetFlameGraphResponseSchema, response);

const counted = { bytes: bytes.length, items: NODES };
printBenchTable(
  `a flame graph of ${NODES} nodes, ${bytes.length} bytes, per node`,
  measureBench([
    {
      name: 'write',
      ...counted,
      run: () => toBinary(GetFlameGraphResponseSchema, response).length,
    },
    {
      name: 'read into typed arrays',
      ...counted,
      run: () => {
        const { tree } = fromBinary(GetFlameGraphResponseSchema, bytes);
        if (tree === undefined) throw new Error('the tree is not there');
        const total = Float64Array.from(tree.total, Number);
        return [
          total,
          Float64Array.from(tree.self, Number),
          Int32Array.from(tree.parentPlusOne),
          Int32Array.from(tree.frame),
        ];
      },
    },
  ]),
);
