import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { readPprof } from '@emberscope/pprof';
import { decodeTreeBytes, foldedTextFromTree, textFromProfile } from '@emberscope/profile';
import {
  ProfileFormat,
  QuerierService,
  type SelectMergeStacktracesRequestSchema,
} from '@emberscope/protocol/querier';
import {
  type AskedStore,
  CPU,
  ENGINES,
  type Init,
  MEMORY,
  MINUTE,
  NOW,
  openAskedStore,
} from '../testing/asked-store.ts';

const { selectMergeStacktraces, selectMergeSpanProfile, selectMergeProfile, selectSeries } =
  QuerierService.method;
const BASE = { profileTypeID: CPU, labelSelector: '{}', start: NOW - MINUTE, end: NOW };
const SPAN = '00000bac2a5ab0c7';
const TRACE = '0af7651916cd43dd8448eb211c80319c';
type Request = Init<typeof SelectMergeStacktracesRequestSchema>;

for (const engine of ENGINES) {
  describe(`merged stacks: ${engine}`, () => {
    let asked: AskedStore;
    before(async () => {
      asked = await openAskedStore(engine);
      await asked.push(
        { drawn: `a;b;e 1\na;c 1\n9`, ago: 1000n },
        { drawn: `a;c 1 {span_id="${SPAN}"}\na;c;d 1 {trace_id="${TRACE}"}`, ago: 500n },
      );
    });

    async function stacks(request: Request): Promise<string[]> {
      const { tree } = await asked.ask(selectMergeStacktraces, {
        ...BASE,
        format: ProfileFormat.TREE,
        ...request,
      });
      const decoded = decodeTreeBytes(tree);
      assert.ok(decoded.ok);
      return foldedTextFromTree(decoded.tree);
    }

    test('the flame graph of the specification', async () => {
      const { flamegraph } = await asked.ask(selectMergeStacktraces, BASE);
      assert.deepEqual(flamegraph?.names, ['total', 'a', 'c', 'd', 'b', 'e']);
      assert.deepEqual(
        flamegraph?.levels.map(({ values }) => values.join(' ')),
        ['0 4 0 0', '0 4 0 1', '0 1 0 4 0 3 2 2', '0 1 1 5 2 1 1 3'],
      );
      assert.deepEqual([flamegraph?.total, flamegraph?.maxSelf], [4n, 2n]);
    });

    test('a flame graph of nothing has a root', async () => {
      const request = { ...BASE, labelSelector: '{a="b"}' };
      const { flamegraph } = await asked.ask(selectMergeStacktraces, request);
      assert.deepEqual(flamegraph?.names, ['total']);
      assert.deepEqual(
        flamegraph?.levels.map(({ values }) => values),
        [[0n, 0n, 0n, 0n]],
      );
    });

    const CASES: readonly (readonly [title: string, request: Request, expected: string[]])[] = [
      ['all of it', {}, ['a;b;e 1', 'a;c 2', 'a;c;d 1']],
      [
        'a sixth part of the type is ignored',
        { profileTypeID: `${CPU}:delta` },
        ['a;b;e 1', 'a;c 2', 'a;c;d 1'],
      ],
      ['another type', { profileTypeID: MEMORY }, []],
      ['one span', { spanSelector: [SPAN] }, ['a;c 1']],
      ['one trace', { traceIdSelector: [TRACE.toUpperCase()] }, ['a;c;d 1']],
      [
        'a call site',
        { stackTraceSelector: { callSite: [{ name: 'a' }, { name: 'c' }] } },
        ['a;c 2', 'a;c;d 1'],
      ],
      ['few nodes', { maxNodes: 2n }, ['a;c 2', 'a;c;other 1', 'a;other 1']],
      [
        'a profile that is not there',
        { profileIdSelector: ['00000000-0000-0000-0000-000000000001'] },
        [],
      ],
      ['a bad span id without data', { labelSelector: '{a="b"}', spanSelector: ['xyz'] }, []],
    ];
    for (const [title, request, expected] of CASES) {
      test(title, async () => assert.deepEqual(await stacks(request), expected));
    }

    const BAD: readonly (readonly [request: Request, code: string, message: RegExp])[] = [
      [
        { maxNodes: -1n, profileTypeID: 'x' },
        'invalid_argument',
        /^max flamegraph nodes limit must be set \(max allowed 1048576\)$/,
      ],
      [
        { maxNodes: 1_048_577n },
        'invalid_argument',
        /^max flamegraph nodes limit 1048577 is greater than allowed 1048576$/,
      ],
      [
        { profileTypeID: 'a:b:c:d', labelSelector: '{' },
        'invalid_argument',
        /got\(4\): "a:b:c:d"$/,
      ],
      [{ labelSelector: '' }, 'invalid_argument', /^parsing label selector "": 1:1/],
      [
        { spanSelector: [SPAN], traceIdSelector: [TRACE] },
        'invalid_argument',
        /^span_selector and trace_id_selector cannot be combined$/,
      ],
      [
        { spanSelector: ['xyz'] },
        'unknown',
        /^rpc error: code = Unknown desc = invalid span id length: "xyz"$/,
      ],
      [
        { traceIdSelector: ['z'.repeat(32)] },
        'unknown',
        /desc = encoding\/hex: invalid byte: U\+007A 'z'$/,
      ],
      [{ profileIdSelector: ['not-a-uuid'] }, 'unknown', /desc = invalid UUID length: 10$/],
      [
        { format: ProfileFormat.DOT, maxNodes: -1n },
        'invalid_argument',
        /^max flamegraph nodes limit must be set/,
      ],
    ];
    for (const [request, code, message] of BAD) {
      test(`${code}: ${message.source}`, async () => {
        const answer = await asked.answerTo(selectMergeStacktraces, { ...BASE, ...request });
        assert.ok(!answer.ok);
        assert.equal(answer.code, code);
        assert.match(answer.message, message);
      });
    }

    test('DOT is a call graph of as many nodes as may be', async () => {
      const request = { ...BASE, format: ProfileFormat.DOT };
      const boxes = async (more: object) => {
        const { dot } = await asked.ask(selectMergeStacktraces, { ...request, ...more });
        return [...dot.matchAll(/^N\d+ \[label="(\w+)\\n/gm)].map(([, name]) => name);
      };
      assert.deepEqual((await boxes({})).sort(), ['a', 'b', 'c', 'd', 'e']);
      assert.deepEqual((await boxes({ spanSelector: [SPAN] })).sort(), ['a', 'c']);
      assert.equal((await boxes({ maxNodes: 2n })).length, 2);
      assert.deepEqual(await boxes({ labelSelector: '{service_name="nobody"}' }), []);
    });

    test('an exemplar’s profile can be asked for by its id, however it is spelled', async () => {
      const { series } = await asked.ask(selectSeries, { ...BASE, step: 60, exemplarType: 2 });
      const id = series[0]?.points[0]?.exemplars[0]?.profileId ?? '';
      for (const spelled of [id, id.toUpperCase(), `{${id}}`, `urn:uuid:${id}`]) {
        assert.deepEqual(await stacks({ profileIdSelector: [spelled] }), ['a;b;e 1', 'a;c 1']);
      }
    });

    test('spans by the older method', async () => {
      const request = { ...BASE, spanSelector: [SPAN] };
      const { flamegraph } = await asked.ask(selectMergeSpanProfile, request);
      assert.deepEqual([flamegraph?.names, flamegraph?.total], [['total', 'a', 'c'], 1n]);
      const asTree = { ...request, format: ProfileFormat.TREE };
      const { tree } = await asked.ask(selectMergeSpanProfile, asTree);
      assert.equal(Buffer.from(tree).toString('hex'), '0000010161000101630100');
    });

    test('a pprof has the header of the type and not that of the profiles', async () => {
      for (const field of [false, true]) {
        const profile = field
          ? (await asked.ask(selectMergeStacktraces, { ...BASE, format: ProfileFormat.PPROF }))
              .pprof?.profile
          : await asked.ask(selectMergeProfile, { ...BASE, maxNodes: -1n });
        assert.ok(profile !== undefined);
        const text = (row: bigint) => profile.stringTable[Number(row)];
        assert.deepEqual(
          profile.sampleType.map(({ type, unit }) => [text(type), text(unit)]),
          [['cpu', 'nanoseconds']],
        );
        assert.equal(text(profile.defaultSampleType), 'cpu');
        assert.deepEqual(
          [profile.period, profile.timeNanos, profile.durationNanos],
          [1_000_000_000n, NOW * 1_000_000n, 0n],
        );
        // Without the one that has no stack.
        assert.equal(profile.sample.length, 3);
        assert.equal(profile.mapping.length, 1);
      }
    });

    test('a pprof of nothing is no bytes, and a field of none', async () => {
      const nothing = { ...BASE, labelSelector: '{a="b"}' };
      const bare = await asked.answerTo(selectMergeProfile, nothing);
      assert.ok(bare.ok && bare.message.length === 0);
      const json = await asked.answerTo(
        selectMergeStacktraces,
        { ...nothing, format: ProfileFormat.PPROF },
        { encoding: 'json' },
      );
      assert.ok(json.ok);
      assert.equal(new TextDecoder().decode(json.message), '{"pprof":{"profile":{}}}');
    });

    for (const [goPgo, expected] of [
      [{ keepLocations: 0 }, 'a@a.go:1;c@c.go:3 5\nb@b.go:2;c@c.go:3 4\nb@b.go:2;c@c.go:4 2'],
      [{ keepLocations: 1 }, 'c@c.go:3 9\nc@c.go:4 2'],
      [{ keepLocations: 1, aggregateCallees: true }, 'c@c.go:0 11'],
    ] as const) {
      test(`for Go’s compiler: ${JSON.stringify(goPgo)}`, async () => {
        const { answerTo, push } = await openAskedStore(engine);
        await push({ drawn: 'a@a.go:1;c@c.go:3 5\nb@b.go:2;c@c.go:3 4\nb@b.go:2;c@c.go:4 2' });
        const answer = await answerTo(selectMergeProfile, {
          ...BASE,
          stackTraceSelector: { goPgo },
        });
        assert.ok(answer.ok);
        const read = readPprof(answer.message);
        assert.ok(read.ok);
        assert.equal(textFromProfile(read.profile).sort().join('\n'), expected);
      });
    }
  });
}
