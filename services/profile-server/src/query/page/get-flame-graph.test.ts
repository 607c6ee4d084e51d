import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { PageService } from '@emberscope/protocol/page';
import type {
  GetFlameGraphRequestSchema,
  GetFlameGraphResponse,
} from '@emberscope/protocol/page/flame-graph';
import {
  type AskedStore,
  CPU,
  ENGINES,
  type Init,
  MINUTE,
  NOW,
  openAskedStore,
} from '../testing/asked-store.ts';

const { getFlameGraph } = PageService.method;
const RANGE = { startMillis: NOW - MINUTE, endMillis: NOW };
const BASE = { selection: { range: RANGE, profileType: CPU, selector: '' } };
const SPAN = '00000bac2a5ab0c7';
type Request = Init<typeof GetFlameGraphRequestSchema>;

/** Nodes as `main;serve src/a.ts:7 1/3`: the path, file and line of the last, self and total. */
function nodesOf({ frames, tree }: GetFlameGraphResponse): string[] {
  assert.ok(frames !== undefined && tree !== undefined);
  const paths: string[] = [];
  return tree.parentPlusOne.map((caller, node) => {
    const frame = tree.frame[node] ?? 0;
    const name = frames.strings[frames.name[frame] ?? 0] ?? '';
    const file = frames.strings[frames.file[frame] ?? 0] ?? '';
    paths[node] = caller === 0 ? name : `${paths[caller - 1]};${name}`;
    const place = file === '' ? '' : ` ${file}:${frames.line[frame]}`;
    return `${paths[node]}${place} ${tree.self[node]}/${tree.total[node]}`;
  });
}

for (const engine of ENGINES) {
  describe(`a flame graph of our page: ${engine}`, () => {
    let asked: AskedStore;
    before(async () => {
      asked = await openAskedStore(engine);
      await asked.push({
        drawn: `
          main;serve@src/a.ts:7:9;json 1
          main;serve@src/a.ts:7:8;gzip 4 {span_id="${SPAN}"}
          main;serve@src/b.ts:7:8 2
          main 3
          idle;json 5
          0x4f 6`,
      });
    });

    const SERVE = { name: 'serve', file: 'src/a.ts', line: 7 };
    const MAIN = { name: 'main', file: '', line: 0 };
    const CASES: readonly (readonly [title: string, request: Request, expected: string[]])[] = [
      [
        'functions are told apart by file and line of definition',
        {},
        [
          'idle 0/5',
          'idle;json 5/5',
          'main 3/10',
          'main;serve src/a.ts:7 0/5',
          'main;serve;gzip 4/4',
          'main;serve;json 1/1',
          'main;serve src/b.ts:7 2/2',
        ],
      ],
      [
        'a root path',
        { rootPath: [MAIN, SERVE] },
        ['main 0/5', 'main;serve src/a.ts:7 0/5', 'main;serve;gzip 4/4', 'main;serve;json 1/1'],
      ],
      ['a root path that is none', { rootPath: [SERVE] }, []],
      [
        'stacks that hold a function',
        { function: { name: 'json', file: '', line: 0 } },
        [
          'idle 0/5',
          'idle;json 5/5',
          'main 0/1',
          'main;serve src/a.ts:7 0/1',
          'main;serve;json 1/1',
        ],
      ],
      [
        'both',
        { rootPath: [MAIN], function: { name: 'json', file: '', line: 0 } },
        ['main 0/1', 'main;serve src/a.ts:7 0/1', 'main;serve;json 1/1'],
      ],
      [
        'a span',
        { spanIds: [SPAN] },
        ['main 0/4', 'main;serve src/a.ts:7 0/4', 'main;serve;gzip 4/4'],
      ],
      ['a trace that is not there', { traceIds: ['0'.repeat(32)] }, []],
      [
        'few nodes: totals stay as they are',
        { maxNodes: 3 },
        ['idle 0/5', 'idle;json 5/5', 'main 3/10'],
      ],
    ];
    for (const [title, request, expected] of CASES) {
      test(title, async () => {
        const message = { ...BASE, ...request };
        const answer = await asked.ask(getFlameGraph, message);
        assert.deepEqual(nodesOf(answer), expected);
        assert.equal(answer.frames?.strings.length === 0 ? '' : answer.frames?.strings[0], '');
        const json = await asked.ask(getFlameGraph, message, { encoding: 'json' });
        assert.deepEqual(json, answer);
      });
    }

    test('what was left out is counted', async () => {
      const answer = await asked.ask(getFlameGraph, { ...BASE, maxNodes: 3 });
      assert.equal(answer.otherTotal, 7n);
      assert.deepEqual([answer.functionCount, answer.nodeCount], [6, 7]);
    });

    test('coverage is of the whole selection, whatever is drawn of it', async () => {
      const { coverage } = await asked.ask(getFlameGraph, { ...BASE, rootPath: [MAIN, SERVE] });
      assert.deepEqual([coverage?.total, coverage?.unnamed, coverage?.profileCount], [21n, 6n, 1n]);
    });
  });
}

describe('a bad request for a flame graph', () => {
  const ids = (count: number, id: string): string[] => Array.from({ length: count }, () => id);
  const BAD: readonly (readonly [request: Request, message: RegExp])[] = [
    [{ maxNodes: 100_001 }, /^max_nodes is 100001; the most is 100000$/],
    [
      { spanIds: [SPAN], traceIds: ['0'.repeat(32)] },
      /^span_ids and trace_ids cannot be combined$/,
    ],
    [{ spanIds: ['xyz'] }, /^span_ids: "xyz" is no such id$/],
    [{ traceIds: [SPAN] }, /^trace_ids: /],
    [{ profileIds: ['1'] }, /^profile_ids: "1"/],
    [{ spanIds: ids(1001, SPAN) }, /^span_ids has 1001 entries; the most is 1000$/],
    [
      { rootPath: Array.from({ length: 1001 }, () => ({ name: 'a' })) },
      /^root_path has 1001 entries/,
    ],
  ];
  for (const [request, message] of BAD) {
    test(message.source, async () => {
      const { answerTo } = await openAskedStore();
      const answer = await answerTo(getFlameGraph, { ...BASE, ...request });
      assert.ok(!answer.ok);
      assert.equal(answer.code, 'invalid_argument');
      assert.match(answer.message, message);
    });
  }
});
