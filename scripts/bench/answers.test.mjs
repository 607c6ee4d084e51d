import assert from 'node:assert/strict';
import { test } from 'node:test';
import { wrongAnswers } from './answers.mjs';

const FACTS = {
  kinds: {
    wall: [
      ['samples', 'count'],
      ['wall', 'nanoseconds'],
    ],
  },
  series: ['a', 'b'].map((pod) => ({ labels: { __name__: 'wall', service_name: 's', pod } })),
};
const right = (flame = 7) => ({
  exact: { equal: true, want: 7, got: 7 },
  rows: [
    { name: 'ProfileTypes', value: 2 },
    { name: 'LabelValues pod', value: 2 },
    { name: 'Series', value: 2 },
    { name: 'Flame 1h all', value: flame },
    { name: 'SelectSeries 1h by service', value: flame },
  ],
});
const round = (changed = {}) => ({ push: {}, query: right(), restart: right(), ...changed });
const reasons = (given, reference = [], keepsNothing = false) =>
  wrongAnswers(given, FACTS, reference, keepsNothing);

test('right answers have nothing against them', () => {
  assert.deepEqual(reasons(round(), [{ query: right() }]), []);
});

for (const [title, given, expected] of [
  ['a push that failed', round({ push: { error: 'refused' } }), 'push: refused'],
  [
    'a total that is not what was pushed',
    round({ query: { ...right(), exact: { equal: false, want: 7, got: 6 } } }),
    'query: the whole range adds up to 6, and 7 was pushed',
  ],
  [
    'series that are missing',
    round({ query: { ...right(), rows: right().rows.filter(({ name }) => name !== 'Series') } }),
    'query: Series: undefined, not 2',
  ],
  [
    'profiles that a restart lost',
    round({ restart: { ...right(), exact: { equal: false, want: 7, got: 0 } } }),
    'query after a restart: the whole range adds up to 0, and 7 was pushed',
  ],
]) {
  test(`${title}`, () => assert.deepEqual(reasons(given), [expected]));
}

test('flame graphs are equal to the reference to the last unit; series need not be', () => {
  const reference = [{ query: right(8) }];
  assert.deepEqual(reasons(round({ restart: right(8) }), reference), [
    'query: Flame 1h all: 7, the reference 8',
  ]);
});

test('a store in memory may be empty after a restart', () => {
  assert.deepEqual(reasons(round({ restart: { error: 'nothing is kept' } }), [], true), []);
});
