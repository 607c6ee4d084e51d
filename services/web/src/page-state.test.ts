import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { fuzzRuns } from '@emberscope/test-kit';
import fc from 'fast-check';
import {
  EXPLORE,
  formatPageState,
  LAYOUTS,
  type PageState,
  parsePageState,
  SERVICES,
  SORTS,
} from './page-state.ts';

describe('an address is short and says what it means', () => {
  const cases: readonly [state: PageState, address: string][] = [
    [SERVICES, '#/services'],
    [EXPLORE, '#/explore'],
    [{ ...SERVICES, find: 'ingest', isLive: false }, '#/services?live=off&find=ingest'],
    [
      {
        ...EXPLORE,
        service: 'ingest-worker',
        profileType: 'wall:cpu:nanoseconds:wall:nanoseconds',
        range: { kind: 'last', minutes: 60 },
      },
      '#/explore?service=ingest-worker&type=wall:cpu:nanoseconds:wall:nanoseconds&last=60m',
    ],
    [
      {
        ...EXPLORE,
        range: { kind: 'fixed', startMillis: 1000, endMillis: 1999 },
        window: { startMillis: 1200, endMillis: 1300 },
      },
      '#/explore?range=1000-1999&window=1200-1300',
    ],
    [
      {
        ...EXPLORE,
        zoom: [
          { name: 'main', file: './src/main.ts', line: 3 },
          { name: 'a!b~', file: '', line: 0 },
        ],
      },
      '#/explore?zoom=main!./src/main.ts!3&zoom=a~1b~0!!0',
    ],
  ];
  for (const [state, address] of cases) {
    test(address, () => {
      assert.equal(formatPageState(state), address);
      assert.deepEqual(parsePageState(address), state);
    });
  }
});

describe('what cannot be read is as if it were not there', () => {
  const cases: readonly [address: string, state: PageState][] = [
    ['', SERVICES],
    ['#', SERVICES],
    ['#/nowhere', SERVICES],
    ['#/explore?last=0m', EXPLORE],
    ['#/explore?last=9999999m', EXPLORE],
    ['#/explore?last=soon', EXPLORE],
    ['#/explore?range=2000-1000', EXPLORE],
    ['#/explore?range=0-99999999999999', EXPLORE],
    ['#/explore?show=circles&sort=taste', EXPLORE],
    ['#/explore?zoom=main!a.ts!3&zoom=cut', EXPLORE],
    [`#/explore?${'zoom=a!b!1&'.repeat(1001)}`, EXPLORE],
    ['#/explore?service=%E0%A4%A', { ...EXPLORE, service: '�%A' }],
  ];
  for (const [address, state] of cases) {
    test(address.slice(0, 60), () => assert.deepEqual(parsePageState(address), state));
  }
});

test('every state survives the way through its address', () => {
  const millis = fc.integer({ min: 0, max: 4e12 });
  const span = fc.tuple(millis, fc.integer({ min: 0, max: 3e10 })).map(([startMillis, length]) => ({
    startMillis,
    endMillis: startMillis + length,
  }));
  const range = fc.oneof(
    plainRecord({
      kind: fc.constant('last' as const),
      minutes: fc.integer({ min: 1, max: 500_000 }),
    }),
    span.map((each) => ({ kind: 'fixed' as const, ...each })),
  );
  const text = fc.string({ unit: 'grapheme' });
  const frame = plainRecord({ name: text, file: text, line: fc.nat() });
  const state: fc.Arbitrary<PageState> = fc.oneof(
    plainRecord({
      view: fc.constant('services' as const),
      range,
      isLive: fc.boolean(),
      find: text,
    }),
    plainRecord({
      view: fc.constant('explore' as const),
      range,
      isLive: fc.boolean(),
      service: text,
      profileType: text,
      labels: text,
      window: fc.option(span, { nil: undefined }),
      zoom: fc.array(frame),
      details: fc.option(frame, { nil: undefined }),
      search: text,
      layout: fc.constantFrom(...LAYOUTS),
      sort: fc.constantFrom(...SORTS),
    }),
  );
  fc.assert(
    fc.property(state, (each) => {
      assert.deepEqual(parsePageState(formatPageState(each)), each);
    }),
    fuzzRuns(200, 20_000),
  );
});

/** Without objects that have no prototype: the page makes none, and `deepEqual` tells them apart. */
function plainRecord<T extends object>(fields: { [K in keyof T]: fc.Arbitrary<T[K]> }) {
  return fc.record<T>(fields, { noNullPrototype: true });
}

test('half of a surrogate pair, as a cut text has it, does not throw', () => {
  assert.equal(formatPageState({ ...EXPLORE, search: '\ud83d' }), '#/explore?search=%EF%BF%BD');
});
