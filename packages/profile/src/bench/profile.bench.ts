import { measureBench, printBenchTable } from '@emberscope/test-kit';
import { mergeCallTrees } from '../align-call-trees.ts';
import { foldStacks } from '../call-tree.ts';
import { encodeDiff } from '../diff-levels.ts';
import { encodeFlameGraph } from '../flame-graph-levels.ts';
import { layOutFlameGraph } from '../flame-layout.ts';
import { framesByName } from '../frame-table.ts';
import { createProfileBuilder } from '../profile-builder.ts';
import { createStackInterner } from '../stack-interner.ts';
import { selfByStack } from '../stack-values.ts';
import { encodeTreeBytes } from '../tree-bytes.ts';
import { truncateCallTree } from '../truncate.ts';

/** Stacks like those of a service: deep, with few functions near the root and many at the leaves. */
function drawStacks(count: number): number[][] {
  let seed = 42;
  const random = (below: number) => {
    seed = (Math.imul(seed, 1_103_515_245) + 12_345) >>> 1;
    return seed % below;
  };
  return Array.from({ length: count }, () =>
    Array.from({ length: 8 + random(24) }, (_, depth) => random(4 + depth * 40)),
  );
}

const drawn = drawStacks(4000);
const builder = createProfileBuilder({ sampleTypes: [{ type: 'cpu', unit: 'nanoseconds' }] });
const locations = Array.from({ length: 1400 }, (_, i) =>
  builder.frame({ name: `function${i}`, file: `src/file${i % 90}.ts`, startLine: i }),
);
for (const stack of drawn) {
  builder.addSample(builder.stacks.intern(stack.map((i) => locations[i])), [
    1 + (stack.length % 7),
  ]);
}
const profile = builder.finish();
const { stacks, symbols, samples } = profile;
const self = selfByStack(stacks, samples.stack, samples.values[0]);
const framing = framesByName(symbols);
const { tree } = foldStacks(stacks, symbols.locations, self, framing);

printBenchTable(
  `profile: ${stacks.length} stacks, ${tree.length} nodes`,
  measureBench([
    {
      name: 'intern stacks (per location)',
      bytes: 0,
      items: drawn.reduce((sum, stack) => sum + stack.length, 0),
      run: () => {
        const interner = createStackInterner();
        for (const stack of drawn) interner.intern(stack);
        return interner.finish();
      },
    },
    {
      name: 'fold into a call tree (per stack)',
      bytes: 0,
      items: stacks.length,
      run: () => foldStacks(stacks, symbols.locations, self, framing),
    },
    {
      name: 'merge two trees (per node)',
      bytes: 0,
      items: tree.length * 2,
      run: () => mergeCallTrees([tree, tree]),
    },
    {
      name: 'truncate to 8192 (per node)',
      bytes: 0,
      items: tree.length,
      run: () => truncateCallTree(tree, 8192),
    },
    {
      name: 'levels of 8192 (per node)',
      bytes: 0,
      items: tree.length,
      run: () => encodeFlameGraph(tree, 8192),
    },
    {
      name: 'diff levels of 8192 (per node)',
      bytes: 0,
      items: tree.length,
      run: () => encodeDiff(tree, tree, 8192),
    },
    {
      name: 'tree bytes (per node)',
      bytes: 0,
      items: tree.length,
      run: () => encodeTreeBytes(tree),
    },
    { name: 'layout (per node)', bytes: 0, items: tree.length, run: () => layOutFlameGraph(tree) },
  ]),
);
