import assert from 'node:assert/strict';
import { createBruteForceStore } from '../../testing/brute-force-store.ts';
import { drawQuestion } from './drawn-questions.ts';
import type { SimLife } from './sim-life.ts';

/** Asks some things at once, `beside` something else: every answer is the plain store's. */
export async function ask(life: SimLife, count: number, beside?: Promise<unknown>): Promise<void> {
  const { random, kept, nowMillis } = life;
  const asked = Array.from({ length: count }, async () => {
    const question = drawQuestion({ random, nowMillis: nowMillis(), profiles: kept.visible() });
    const expected = await question.ask(plainStore(life));
    const answer = await question.ask(life.store());
    return { question, expected, answer };
  });
  const [answers] = await life.until(Promise.all([Promise.all(asked), beside]));
  for (const { question, expected, answer } of answers) {
    if (!answer.ok && life.areFaultsOn()) continue;
    assert.deepEqual(answer, expected, `an answer is wrong: ${question.text}`);
  }
}

function plainStore({ kept, nowMillis, fate: { retentionNanos } }: SimLife) {
  return createBruteForceStore({
    nowMillis,
    ...(retentionNanos === undefined ? {} : { retentionNanos }),
    stored: kept.visible(),
  });
}
