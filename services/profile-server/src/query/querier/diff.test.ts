import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import {
  type DiffRequestSchema,
  type DiffResponse,
  QuerierService,
  type SelectMergeStacktracesRequestSchema,
} from '@emberscope/protocol/querier';
import type { StoreError } from '../../store/store-error.ts';
import {
  type AskedStore,
  CPU,
  DAY,
  ENGINES,
  type Init,
  MEMORY,
  MINUTE,
  NOW,
  openAskedStore,
} from '../testing/asked-store.ts';

const { diff } = QuerierService.method;
type Side = Init<typeof SelectMergeStacktracesRequestSchema>;
type Request = Init<typeof DiffRequestSchema>;

const SIDE = { profileTypeID: CPU, start: NOW - MINUTE, end: NOW };
const LEFT: Side = { ...SIDE, labelSelector: '{service_name="left"}' };
const RIGHT: Side = { ...SIDE, labelSelector: '{service_name="right"}' };
const BASE: Request = { left: LEFT, right: RIGHT };
const NOTHING: Side = { ...SIDE, labelSelector: '{a="b"}' };
const SPAN = '00000bac2a5ab0c7';
const TYPE_OF_NOTHING =
  /^profile-type selection must be of the form <name>:<sample-type>:<sample-unit>:<period-type>:<period-unit>\(:delta\), got\(1\): ""$/;

for (const engine of ENGINES) {
  describe(`a diff: ${engine}`, () => {
    let asked: AskedStore;
    before(async () => {
      asked = await openAskedStore(engine);
      await asked.push(
        { service: 'left', drawn: 'a;b 1\na;c 2\na;e 3', ago: 1000n },
        { service: 'right', drawn: `a;b 4\na;d 8 {span_id="${SPAN}"}`, ago: 1000n },
        { service: 'right', drawn: 'a;e 12', ago: 500n },
        { service: 'right', drawn: 'a;old 100', ago: 2n * DAY },
      );
    });

    for (const encoding of ['proto', 'json'] as const) {
      test(`the one of the specification, as ${encoding}`, async () => {
        assert.deepEqual(plain(await asked.ask(diff, BASE, { encoding })), {
          names: ['total', 'a', 'e', 'd', 'c', 'b'],
          levels: [
            '0 6 0 0 24 0 0',
            '0 6 0 0 24 0 1',
            '0 1 1 0 4 4 5 0 2 2 0 0 0 4 0 0 0 0 8 8 3 0 3 3 0 12 12 2',
          ],
          numbers: [30n, 12n, 6n, 24n],
        });
      });

      test(`of nothing and nothing it has a root, as ${encoding}`, async () => {
        const request = { left: NOTHING, right: NOTHING };
        assert.deepEqual(plain(await asked.ask(diff, request, { encoding })), {
          names: ['total'],
          levels: ['0 0 0 0 0 0 0'],
          numbers: [0n, 0n, 0n, 0n],
        });
      });
    }

    test('JSON leaves out what is 0', async () => {
      const answer = await asked.answerTo(
        diff,
        { left: NOTHING, right: { ...RIGHT, spanSelector: [SPAN] } },
        { encoding: 'json' },
      );
      assert.ok(answer.ok);
      assert.equal(
        new TextDecoder().decode(answer.message),
        '{"flamegraph":{"names":["total","a","d"],"levels":[' +
          '{"values":["0","0","0","0","8","0","0"]},' +
          '{"values":["0","0","0","0","8","0","1"]},' +
          '{"values":["0","0","0","0","8","8","2"]}],' +
          '"total":"8","maxSelf":"8","rightTicks":"8"}}',
      );
    });

    const TOTALS: readonly (readonly [title: string, request: Request, ticks: bigint[]])[] = [
      ['one side twice', { left: LEFT, right: LEFT }, [6n, 6n]],
      ['the sides the other way around', { left: RIGHT, right: LEFT }, [24n, 6n]],
      ['a side of another type', { ...BASE, right: { ...RIGHT, profileTypeID: MEMORY } }, [6n, 0n]],
      [
        'a range for each side',
        { ...BASE, right: { ...RIGHT, start: NOW - 2n * DAY, end: NOW - DAY - 1n } },
        [6n, 100n],
      ],
      [
        'a call site for each side',
        {
          left: { ...LEFT, stackTraceSelector: { callSite: [{ name: 'a' }, { name: 'c' }] } },
          right: RIGHT,
        },
        [2n, 24n],
      ],
      [
        'a side before the look-back is empty, whatever else is wrong with it',
        { ...BASE, right: { ...RIGHT, start: 1n, end: 2n, labelSelector: '' } },
        [6n, 0n],
      ],
    ];
    for (const [title, request, ticks] of TOTALS) {
      test(title, async () => {
        const { flamegraph } = await asked.ask(diff, request);
        assert.deepEqual([flamegraph?.leftTicks, flamegraph?.rightTicks], ticks);
      });
    }

    test('the larger number of nodes holds for both sides', async () => {
      const two = await asked.ask(diff, maxNodes(2n, 2n));
      assert.deepEqual(two.flamegraph?.names, ['total', 'a', 'other']);
      const five = plain(await asked.ask(diff, maxNodes(2n, 5n)));
      assert.deepEqual(five.names, ['total', 'a', 'other', 'e', 'd', 'b']);
      assert.equal(
        five.levels[2],
        '0 1 1 0 4 4 5 0 0 0 0 8 8 4 0 3 3 0 12 12 3 0 2 2 0 0 0 2',
        'other is right-most',
      );
      assert.deepEqual(plain(await asked.ask(diff, maxNodes(5n, undefined))), five);
    });

    test('the trees are cut before they are compared, as in Pyroscope', async () => {
      const { push, ask } = await openAskedStore(engine);
      await push(
        { service: 'left', drawn: 'a 9\nb 8\nc 1\nd 7' },
        { service: 'right', drawn: 'a 9\nc 9' },
      );
      // c is too small to stay on the left, and large enough on the right.
      const { names, levels } = plain(await ask(diff, maxNodes(3n, undefined)));
      assert.deepEqual(names, ['total', 'other', 'c', 'a']);
      assert.equal(levels[1], '0 9 9 0 9 9 3 0 0 0 0 9 9 2 0 16 16 0 0 0 1');
    });

    test('without a number, or with 0, the default holds', async () => {
      for (const request of [maxNodes(undefined, undefined), maxNodes(0n, 0n), maxNodes(-1n, 0n)]) {
        const limits = { maxFlameGraphNodesDefault: 2 };
        const { flamegraph } = await asked.ask(diff, request, { limits });
        assert.deepEqual(flamegraph?.names, ['total', 'a', 'other']);
      }
    });

    const BAD: readonly (readonly [title: string, request: Request, message: RegExp])[] = [
      ['no side', {}, TYPE_OF_NOTHING],
      ['no left side', { right: RIGHT }, TYPE_OF_NOTHING],
      ['no right side', { left: LEFT }, TYPE_OF_NOTHING],
      [
        'types come before times and nodes',
        { left: { maxNodes: -1n, profileTypeID: CPU }, right: { profileTypeID: 'bad' } },
        /^profile-type selection .* got\(1\): "bad"$/,
      ],
      [
        'nodes below 0 on both sides',
        maxNodes(-1n, -2n),
        /^max flamegraph nodes limit must be set \(max allowed 1048576\)$/,
      ],
      [
        'too many nodes on one side',
        maxNodes(1n, 1_048_577n),
        /^max flamegraph nodes limit 1048577 is greater than allowed 1048576$/,
      ],
      [
        'a missing time',
        { ...BASE, left: { ...LEFT, start: 0n } },
        /^invalid_argument: missing time range in the query$/,
      ],
      [
        'a range that is too long',
        { ...BASE, right: { ...RIGHT, start: NOW - DAY - 1n } },
        /^invalid_argument: the query time range exceeds the limit/,
      ],
      [
        'an empty selector',
        { ...BASE, right: { ...RIGHT, labelSelector: '' } },
        /^invalid_argument: parsing label selector "": 1:1/,
      ],
      [
        'an id that is none, which is another code by itself',
        { ...BASE, right: { ...RIGHT, spanSelector: ['xyz'] } },
        /^unknown: rpc error: code = Unknown desc = invalid span id length: "xyz"$/,
      ],
    ];
    for (const [title, request, message] of BAD) {
      test(`${title} is a bad argument`, async () => {
        const answer = await asked.answerTo(diff, request);
        assert.ok(!answer.ok);
        assert.equal(answer.code, 'invalid_argument');
        assert.match(answer.message, message);
      });
    }
  });
}

test('sums that wrapped below 0 are refused with their place', async () => {
  const { push, answerTo } = await openAskedStore();
  const most = `a;b ${2n ** 63n - 1n}`;
  await push({ service: 'right', drawn: most }, { service: 'right', drawn: most, ago: 1n });
  const answer = await answerTo(diff, BASE);
  assert.ok(!answer.ok);
  assert.equal(answer.code, 'invalid_argument');
  assert.match(answer.message, /^the right side has -2 at "b": /);
});

describe('a store that cannot read a side', () => {
  const ERRORS: readonly (readonly [error: StoreError, code: string])[] = [
    [{ kind: 'unavailable', reason: 'it starts', retryAfterSeconds: 3 }, 'unavailable'],
    [{ kind: 'deadline-exceeded', reason: 'it took long' }, 'deadline_exceeded'],
  ];
  for (const [error, code] of ERRORS) {
    test(`is no bad argument: ${code}`, async () => {
      const { store, answerTo } = await openAskedStore();
      const broken = async () => ({ ok: false, error }) as const;
      // The second needs the store to tell what a bad id is.
      const reader = { ...store, mergeTree: broken, activity: broken };
      for (const left of [LEFT, { ...LEFT, spanSelector: ['xyz'] }]) {
        const answer = await answerTo(diff, { left, right: RIGHT }, { reader });
        assert.ok(!answer.ok);
        assert.deepEqual([answer.code, answer.message], [code, error.reason]);
      }
    });
  }

  test('nothing is read for one side when the other is wrong', async () => {
    const { store, answerTo } = await openAskedStore();
    const reader = { ...store, mergeTree: () => assert.fail('it was read') };
    const wrong = { ...RIGHT, labelSelector: '{' };
    const answer = await answerTo(diff, { left: LEFT, right: wrong }, { reader });
    assert.ok(!answer.ok && answer.code === 'invalid_argument');
  });
});

function maxNodes(left: bigint | undefined, right: bigint | undefined): Request {
  return {
    left: { ...LEFT, ...(left !== undefined && { maxNodes: left }) },
    right: { ...RIGHT, ...(right !== undefined && { maxNodes: right }) },
  };
}

function plain({ flamegraph }: DiffResponse) {
  assert.ok(flamegraph !== undefined);
  const { names, levels, total, maxSelf, leftTicks, rightTicks } = flamegraph;
  return {
    names,
    levels: levels.map(({ values }) => values.join(' ')),
    numbers: [total, maxSelf, leftTicks, rightTicks],
  };
}
