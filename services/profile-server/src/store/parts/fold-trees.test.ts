import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  foldStacks,
  framesByFunction,
  framesByName,
  int64At,
  mergeProfiles,
  profileFromText,
  selfByStack,
  truncateCallTree,
} from '@emberscope/profile';
import { collectGarbage, fuzzRuns } from '@emberscope/test-kit';
import fc from 'fast-check';
import { createNameTree } from '../dictionary/name-tree.ts';
import type { FrameKey } from '../selection.ts';
import { plainTree } from '../testing/plain-answers.ts';
import { createTreeFold } from './fold-trees.ts';
import type { PartTable } from './part-table.ts';
import { answer } from './query-guard.ts';
import type { SelectedPart } from './selected-parts.ts';
import { drawnTable } from './testing/drawn-table.ts';

const CONTEXT = { signal: new AbortController().signal };
const NOTHING = { profileCount: 0, seriesCount: 0, coveredNanos: 0n };

const frame = fc.constantFrom(
  ...['a', 'b', 'c', 'z', 'b|a', 'other', 'total', 'other@x.ts:3', 'b@x.ts:1'],
);
const stack = fc.array(frame, { minLength: 1, maxLength: 5 }).map((frames) => frames.join(';'));
const sample = fc
  .record({ stack, value: fc.integer({ min: 1, max: 40 }) })
  .map((drawn) => `${drawn.stack} ${drawn.value}`);
/** Each with a dictionary of its own. */
const tables = fc.array(fc.array(sample, { minLength: 1, maxLength: 20 }), {
  minLength: 1,
  maxLength: 4,
});

describe('tables folded into one tree', () => {
  const fold = createTreeFold();
  const keys = fc.constantFrom<FrameKey>('reported-name', 'source-function');

  test('are what their profiles folded at once are, cut or whole', () => {
    fc.assert(
      fc.property(tables, keys, fc.nat(25), (drawn, frameKey, keepNodes) => {
        const texts = drawn.map((samples) => samples.join('\n'));
        const options = { mode: 'sum', frameKey, keepNodes } as const;
        const parts = texts.map((text) => partOf(text));
        assert.deepEqual(plainOf(folded(fold, parts, options)), plainOf(expected(texts, options)));
      }),
      fuzzRuns(300, 20_000),
    );
  });

  test('are the same when a tree of names was kept and has more in it', () => {
    const table = withKeptTree(tableOf('a;b 1\na;c;d 2\nz 3'));
    const options = { mode: 'sum', frameKey: 'reported-name', keepNodes: 0 } as const;
    folded(fold, [{ ...partOf('z 3'), table }], options);
    const filter = { passes: (run: { stack: Int32Array }, at: number) => run.stack[at] !== 1 };
    const some = folded(fold, [{ ...partOf('z 3'), table, filter }], options);
    const all = folded(fold, [{ ...partOf('z 3'), table }], options);
    assert.deepEqual(plainOf(all), plainOf(expected(['a;b 1\na;c;d 2\nz 3'], options)));
    assert.ok(some.tree.length < all.tree.length);
  });

  test('have each name once, also where a function called dozens', () => {
    const lines = [1, 2].flatMap((line) =>
      Array.from({ length: 30 }, (_, i) => `main;f${i}@x.ts:${line} 1`),
    );
    const options = { mode: 'sum', frameKey: 'reported-name', keepNodes: 0 } as const;
    const texts = [lines.join('\n')];
    const { tree, unnamed } = folded(fold, [partOf(texts.join())], options);
    assert.equal(tree.length, 31);
    assert.deepEqual(plainOf({ tree, unnamed }), plainOf(expected(texts, options)));
  });

  test('are the same in another fold, whose frames have other numbers', () => {
    const table = withKeptTree(tableOf('a;b 1\nz 3'));
    const part = { ...partOf('z 3'), table };
    const options = { mode: 'sum', frameKey: 'reported-name', keepNodes: 0 } as const;
    const before = folded(fold, [part], options);
    const other = createTreeFold();
    folded(other, [partOf('y;b 1')], options);
    assert.deepEqual(plainOf(folded(other, [part], options)), plainOf(before));
  });

  test('are exact past 2^53', () => {
    const large = 2n ** 60n;
    const options = { mode: 'sum', frameKey: 'reported-name', keepNodes: 2 } as const;
    const { tree } = folded(fold, [partOf(`a;b ${large}\na 3\na;c 1`, large + 4n)], options);
    assert.deepEqual(
      Array.from({ length: tree.length }, (_, node) => int64At(tree.total, node)),
      [large + 4n, large, 1n],
    );
  });

  test('that are many leave no memory behind, also when the query ends in the middle', async () => {
    const other = createTreeFold();
    // So many nodes, which are looked at one by one.
    const deep = `${'f;'.repeat(70_000)}f 1`;
    const parts = [partOf(deep), partOf(deep)];
    const guard = (mostSpent: number) => {
      let spent = 0;
      const spend = () => assert.ok(++spent < mostSpent, 'it takes too long');
      return { check: () => {}, spend };
    };
    const options = { mode: 'sum', frameKey: 'reported-name', keepNodes: 0 } as const;
    const held = async () => {
      // Once more: of what was just let go, some is found late.
      await collectGarbage();
      await collectGarbage();
      return process.memoryUsage().arrayBuffers;
    };
    other(parts, options, guard(Number.POSITIVE_INFINITY));
    const before = await held();
    assert.throws(() => other(parts, options, guard(68_000)), /it takes too long/);
    assert.ok((await held()) - before < 1_000_000);
  });
});

type Options = Parameters<ReturnType<typeof createTreeFold>>[1];

function folded(
  fold: ReturnType<typeof createTreeFold>,
  parts: readonly SelectedPart[],
  options: Options,
) {
  const answered = answer(CONTEXT, Date.now, (guard) => fold(parts, options, guard));
  assert.ok(answered.ok);
  return answered.value;
}

/** Step by step: one profile, all of its stacks, then the truncation. */
function expected(texts: readonly string[], { frameKey, keepNodes }: Options) {
  const merged = mergeProfiles(texts.map((text) => profileFromText(text)));
  assert.ok(merged.ok);
  const { stacks, symbols, samples } = merged.profile;
  const self = selfByStack(stacks, samples.stack, samples.values[0] ?? new Float64Array(0));
  const framing = frameKey === 'reported-name' ? framesByName(symbols) : framesByFunction(symbols);
  const { tree, unnamed } = foldStacks(stacks, symbols.locations, self, framing);
  return { tree: truncateCallTree(tree, keepNodes), unnamed };
}

function plainOf(of: ReturnType<typeof expected>) {
  return plainTree({ ...of, coverage: NOTHING });
}

function tableOf(samples: string): PartTable {
  return drawnTable([{ samples, profileCount: 1, millis: 0, durationNanos: 0 }]);
}

function withKeptTree(table: PartTable): PartTable {
  const names = createNameTree('reported-name');
  const { view } = table.dictionary;
  return { ...table, dictionary: { view, nameTree: () => names } };
}

function partOf(samples: string, total = 1000n): SelectedPart {
  const isNarrow = total < 2n ** 53n;
  const totals = isNarrow ? Float64Array.of(Number(total)) : BigInt64Array.of(total);
  return { table: tableOf(samples), type: 0, rows: Int32Array.of(0), totals, filter: undefined };
}
