import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createTurnBudget } from './turn-budget.ts';

/** A loop whose turns and clock the test moves. */
function simulatedLoop() {
  let millis = 0;
  let tasks: (() => void)[] = [];
  const budget = createTurnBudget({
    budgetMillis: 10,
    nowMillis: () => millis,
    defer: (task) => tasks.push(task),
  });
  return {
    budget,
    work: (workMillis: number) => {
      millis += workMillis;
    },
    async turn() {
      const due = tasks;
      tasks = [];
      for (const task of due) {
        task();
        // As Node does, promises go on between two immediates.
        await Promise.resolve();
        await Promise.resolve();
      }
    },
  };
}

test('a turn is spent after its budget and fresh in the next turn', async () => {
  const { budget, work, turn } = simulatedLoop();
  assert.equal(budget.isSpent(), false);
  work(9.9);
  assert.equal(budget.isSpent(), false);
  work(0.1);
  assert.equal(budget.isSpent(), true);
  await turn();
  assert.equal(budget.isSpent(), false);
});

test('time before the first question is not counted', () => {
  const { budget, work } = simulatedLoop();
  work(1000);
  assert.equal(budget.isSpent(), false);
});

test('of several jobs one goes on per turn, in turn', async () => {
  const { budget, work, turn } = simulatedLoop();
  const steps: string[] = [];
  async function job(name: string): Promise<void> {
    for (let step = 0; step < 2; step++) {
      await budget.nextTurn();
      steps.push(name);
      work(10);
    }
  }
  const jobs = Promise.all([job('a'), job('b'), job('c')]);
  const perTurn: string[] = [];
  for (let i = 0; i < 6; i++) {
    await turn();
    perTurn.push(steps.splice(0).join(''));
  }
  await jobs;
  assert.deepEqual(perTurn, ['a', 'b', 'c', 'a', 'b', 'c']);
});

test('a job that comes while another one has the turn finds it spent', async () => {
  const { budget, work, turn } = simulatedLoop();
  const first = budget.nextTurn().then(() => work(10));
  await turn();
  await first;
  assert.equal(budget.isSpent(), true);
});

test('on the real loop, four jobs together get one budget a turn', async () => {
  // A step takes one millisecond of this clock: what is counted is steps a turn, not real time.
  let nowMillis = 0;
  let stepsThisTurn = 0;
  let longestTurn = 0;
  let turns = 0;
  const budget = createTurnBudget({ budgetMillis: 5, nowMillis: () => nowMillis });
  function endTurn(): void {
    turns++;
    longestTurn = Math.max(longestTurn, stepsThisTurn);
    stepsThisTurn = 0;
    turning = setImmediate(endTurn);
  }
  let turning = setImmediate(endTurn);
  async function job(): Promise<void> {
    for (let step = 0; step < 60; step++) {
      nowMillis++;
      stepsThisTurn++;
      if (budget.isSpent()) await budget.nextTurn();
    }
  }
  await Promise.all([job(), job(), job(), job()]);
  clearImmediate(turning);
  // In the first turn each of the four takes a step before it can ask.
  assert.ok(longestTurn <= 5 + 4, `${longestTurn} steps in a turn`);
  assert.ok(turns >= (4 * 60) / 9, `${turns} turns`);
});
