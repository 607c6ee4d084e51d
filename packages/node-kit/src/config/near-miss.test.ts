import assert from 'node:assert/strict';
import { test } from 'node:test';
import { nearest } from './near-miss.ts';

const NAMES = ['listen', 'data-dir', 'retention-period', 'querier.max-query-length'];

const cases: readonly [name: string, meant: string | undefined][] = [
  ['lsiten', 'listen'],
  ['Listen', 'listen'],
  ['liste', 'listen'],
  ['data-drr', 'data-dir'],
  ['datadir', 'data-dir'],
  ['retention-perod', 'retention-period'],
  ['querier.max-query-lenght', 'querier.max-query-length'],
  ['port', undefined],
  ['x', undefined],
  ['', undefined],
  ['retention-period-of-everything-else', undefined],
];
for (const [name, meant] of cases) {
  test(`${JSON.stringify(name)} was meant to be ${meant}`, () => {
    assert.equal(nearest(name, NAMES), meant);
  });
}
