import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TurnBudget } from '../runtime/turn-budget.ts';
import { id, malware, relationship } from '../testing/bundles.ts';
import { elConvertHits } from './el-convert-hits.ts';
import { engineHit } from './engine-hit.ts';

const HITS = [
  ...Array.from({ length: 50 }, (_, i) => engineHit(malware(i), i)),
  engineHit(relationship(1, id('malware', 3), id('malware', 49)), 50),
];

/** A turn that is spent at each question, and counts how often it is given back. */
function shortTurns(): TurnBudget & { readonly given: () => number } {
  let given = 0;
  return {
    isSpent: () => true,
    nextTurn: async () => {
      given++;
    },
    given: () => given,
  };
}

test('the healthy converter gives the loop back whenever the turn is spent', async () => {
  const turn = shortTurns();
  await elConvertHits(HITS, turn, undefined);
  // Once for each hit whose name is indexed, once for each that is converted.
  assert.equal(turn.given(), 2 * HITS.length);
});

test('the faulty one never does', async () => {
  const turn = shortTurns();
  await elConvertHits(HITS, turn, 'el-data-converter');
  assert.equal(turn.given(), 0);
});

test('both give the same objects', async () => {
  const healthy = await elConvertHits(HITS, shortTurns(), undefined);
  const faulty = await elConvertHits(HITS, shortTurns(), 'el-data-converter');
  assert.deepEqual(faulty, healthy);
  assert.equal(healthy.at(-1)?.to?.name, 'malware 49');
});

test('a hit without a name gives none', async () => {
  const nameless = engineHit({ type: 'indicator', id: id('indicator', 1), pattern: 'x' }, 0);
  const relation = engineHit(relationship(1, id('indicator', 1), id('tool', 1)), 1);
  for (const fault of [undefined, 'el-data-converter'] as const) {
    const objects = await elConvertHits([nameless, relation], shortTurns(), fault);
    assert.equal(objects[1]?.from?.name, undefined, fault ?? 'healthy');
  }
});
