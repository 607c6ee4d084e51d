import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { textFromProfile } from '@emberscope/profile';
import { profileId, spanId, traceId } from '../../ids.ts';
import type { ProfileSelection } from '../../selection.ts';
import { CPU, cpu, labelsOf, MEMORY, memory, pushAll } from './suite-profiles.ts';
import { CONTEXT, drawTree, linesOf, SELECTION, select, value } from './suite-queries.ts';
import { NOW, type OpenStore, SECOND, storeFor } from './suite-stores.ts';

export function describeMerging(open: OpenStore): void {
  describe('merging', () => {
    const at = storeFor(open);

    test('sums are exact past 2^53, and stacks without a name are counted apart', async () => {
      const store = await at();
      const large = 2n ** 60n;
      await pushAll(store, [cpu(`main;f ${large}`), cpu(`main;f ${large + 1n}\n0x10 5`)]);
      const merged = value(
        await store.mergeTree({ ...select(CPU), mode: 'sum', frameKey: 'reported-name' }, CONTEXT),
      );
      assert.deepEqual(linesOf(merged.tree), [
        `main self=0 total=${2n * large + 1n}`,
        `main;f self=${2n * large + 1n} total=${2n * large + 1n}`,
      ]);
      assert.equal(merged.unnamed, 5n);
    });

    test('frames are told apart by name, or by name, file and line', async () => {
      const store = await at();
      await pushAll(store, [cpu('f@a.ts:3:9 1\nf@b.ts:3:9 2')]);
      assert.deepEqual(await drawTree(store, select(CPU)), ['f self=3 total=3']);
      const merged = value(
        await store.mergeTree(
          { ...select(CPU), mode: 'sum', frameKey: 'source-function' },
          CONTEXT,
        ),
      );
      assert.deepEqual([...merged.tree.frames.file], ['a.ts', 'b.ts']);
      assert.deepEqual([...merged.tree.frames.line], [3, 3]);
    });

    test('a sum counts every profile, an average one of each series, last the newest', async () => {
      const store = await at();
      const heap = (text: string, seconds: bigint) => memory(text, NOW + seconds * SECOND);
      const pod = (name: string) => labelsOf('a', { __name__: 'memory', pod: name });
      await pushAll(store, [heap('f 10', 1n), heap('f 20', 2n), heap('f 31\ng 1', 3n)], pod('1'));
      await pushAll(store, [heap('f 100', 1n)], pod('2'));
      const drawn = async (mode: 'sum' | 'average' | 'last') =>
        linesOf(
          value(
            await store.mergeTree({ ...select(MEMORY), mode, frameKey: 'reported-name' }, CONTEXT),
          ).tree,
        );
      assert.deepEqual(await drawn('sum'), ['f self=161 total=161', 'g self=1 total=1']);
      // (10 + 20 + 31) / 3 is 20.33, and a third of 1 rounds to nothing.
      assert.deepEqual(await drawn('average'), ['f self=120 total=120']);
      assert.deepEqual(await drawn('last'), ['f self=131 total=131', 'g self=1 total=1']);
    });

    test('a total is what a tree would come to, in every mode', async () => {
      const store = await at();
      const heap = (text: string, seconds: bigint) => memory(text, NOW + seconds * SECOND);
      const pod = (name: string) => labelsOf('a', { __name__: 'memory', pod: name });
      await pushAll(store, [heap('f 10\n0x10 1', 1n), heap('f 21\n 3', 2n)], pod('1'));
      await pushAll(store, [heap('0x10;f 100\n0x10;0x20 7', 1n)], pod('2'));
      const coverage = { profileCount: 3, seriesCount: 2, coveredNanos: 0n };
      for (const [mode, total, unnamed] of [
        ['sum', 142n, 11n],
        // 31 / 2 is 15.5, 1 / 2 is 0.5 and 3 / 2 is 1.5: halves round up.
        ['average', 126n, 10n],
        ['last', 131n, 10n],
      ] as const) {
        const q = { ...select(MEMORY), mode };
        assert.deepEqual(value(await store.mergeTotal(q, CONTEXT)), { total, unnamed, coverage });
        const merged = value(await store.mergeTree({ ...q, frameKey: 'reported-name' }, CONTEXT));
        assert.equal(merged.unnamed, unnamed);
      }
    });

    test('coverage is what a merge was made of', async () => {
      const store = await at();
      const lasting = { ...cpu('f 1'), durationNanos: 10n * SECOND };
      await pushAll(store, [lasting, lasting], labelsOf('a'));
      await pushAll(store, [lasting], labelsOf('b'));
      const { coverage } = value(await store.mergeProfile(select(CPU), CONTEXT));
      assert.deepEqual(coverage, { profileCount: 3, seriesCount: 2, coveredNanos: 30n * SECOND });
    });

    test('a merged profile keeps lines and addresses and one sample type', async () => {
      const store = await at();
      await pushAll(store, [
        cpu('main;f@a.ts:3 1 10\n0x10 1 4'),
        cpu('main;f@a.ts:3 1 5\nmain;f@a.ts:4 1 1'),
      ]);
      const { profile } = value(await store.mergeProfile(select(CPU), CONTEXT));
      assert.deepEqual(textFromProfile(profile).sort(), [
        '0x10 4',
        'main;f@a.ts:3 15',
        'main;f@a.ts:4 1',
      ]);
    });

    test('spans, traces and single profiles are picked, each by any of several', async () => {
      const store = await at();
      const [one, two] = ['00000bac2a5ab0c7', '00000000000000aa'];
      const trace = 'ab'.repeat(16);
      const outcomes = await pushAll(store, [
        cpu(`f 1 {span_id="${one}", trace_id="${trace}"}\ng 2 {span_id="${two}"}\nh 4`),
        cpu(`f 8 {span_id="${one}"}\nh 16 {span_id="not hex"}`),
      ]);
      const drawn = (filter: Partial<ProfileSelection>) =>
        drawTree(store, { ...select(CPU), ...filter });
      const spans = [one, two].flatMap((id) => spanId(id) ?? []);
      assert.deepEqual(await drawn({ spanIds: spans.slice(0, 1) }), ['f self=9 total=9']);
      assert.deepEqual(await drawn({ spanIds: spans }), ['f self=9 total=9', 'g self=2 total=2']);
      assert.deepEqual(await drawn({ spanIds: [spanId('ffffffffffffffff') ?? assert.fail()] }), []);
      assert.deepEqual(await drawn({ traceIds: [traceId(trace) ?? assert.fail()] }), [
        'f self=1 total=1',
      ]);
      const [first] = outcomes.flatMap((each) => (each.kind === 'stored' ? [each.profileId] : []));
      assert.deepEqual(await drawn({ profileIds: [first ?? assert.fail()] }), [
        'f self=1 total=1',
        'g self=2 total=2',
        'h self=4 total=4',
      ]);
      assert.deepEqual(await drawn({ profileIds: [profileId('nobody')] }), []);
      assert.equal((await drawn({})).length, 3);
      const names = value(await store.labelNames(SELECTION, CONTEXT));
      assert.ok(!names.includes('span_id') && !names.includes('trace_id'));
    });

    test('a call site keeps whole stacks that begin with it', async () => {
      const store = await at();
      await pushAll(store, [cpu('a;b;c 1\na;b 2\na;x;b 4\nouter|inner;b 8')]);
      assert.deepEqual(await drawTree(store, { ...select(CPU), callSite: ['a', 'b'] }), [
        'a self=0 total=3',
        'a;b self=2 total=3',
        'a;b;c self=1 total=1',
      ]);
      const inlined = await drawTree(store, { ...select(CPU), callSite: ['outer', 'inner'] });
      assert.equal(inlined[0], 'outer self=0 total=8');
    });

    test('a function’s running lines, callers and callees, and what it is a share of', async () => {
      const store = await at();
      await pushAll(store, [cpu('main;f@a.ts:3:9;g 1\nmain;f@a.ts:3:10 2\nmain 5\n0x10 4')]);
      const q = {
        ...select(CPU),
        mode: 'sum' as const,
        function: { name: 'f', file: 'a.ts', line: 3 },
      };
      const { report, selected } = value(await store.mergeFunction(q, CONTEXT));
      assert.deepEqual([selected.total, selected.unnamed], [12n, 4n]);
      assert.equal(selected.coverage.profileCount, 1);
      assert.deepEqual([report.self, report.total], [2n, 3n]);
      assert.deepEqual(report.lines, [
        { line: 10, self: 2n, total: 2n },
        { line: 9, self: 0n, total: 1n },
      ]);
      assert.deepEqual(report.callers, [{ name: 'main', file: '', line: 0, total: 3n }]);
      assert.deepEqual(report.callees, [{ name: 'g', file: '', line: 0, total: 1n }]);
    });
  });
}
