import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { collectGarbage } from '@emberscope/test-kit';
import { createTurnLine, TURN_MAX_MILLIS, turnLine } from './turn-line.ts';

/** A line on a clock and an event loop of its own. */
function simulated() {
  let nowMillis = 0;
  const turns: { readonly run: () => void; isHeld: boolean }[] = [];
  const later: (() => void)[] = [];
  const line = createTurnLine({
    monotonicMillis: () => nowMillis,
    nextTurn(run) {
      const turn = { run, isHeld: false };
      turns.push(turn);
      return {
        ref() {
          turn.isHeld = true;
        },
      };
    },
    afterwards: (run) => void later.push(run),
  });
  const settle = () => {
    for (let run = later.shift(); run !== undefined; run = later.shift()) run();
  };
  return {
    line,
    take: (millis: number) => {
      nowMillis += millis;
    },
    armed: () => turns.length,
    /** Whether the loop would go on by itself. */
    isHeld: () => turns.some((turn) => turn.isHeld),
    turn() {
      turns.shift()?.run();
      settle();
    },
  };
}

describe('the line of a turn', () => {
  test('what comes at once begins in as many turns as it needs, in its order', () => {
    const { line, take, armed, isHeld, turn } = simulated();
    const begun: number[] = [];
    const ask = (name: number) =>
      line.run(() => {
        begun.push(name);
        take(4);
      });
    for (const name of [0, 1]) ask(name);
    assert.equal(isHeld(), false, 'who had time needs no other turn');
    for (const name of [2, 3, 4, 5, 6]) ask(name);
    assert.equal(isHeld(), true);
    assert.deepEqual(begun, [0, 1, 2], 'what fits into a turn begins at once');
    assert.equal(line.hasTime(), false);
    turn();
    assert.deepEqual(begun, [0, 1, 2, 3, 4, 5]);
    assert.equal(isHeld(), true);
    ask(7);
    turn();
    assert.deepEqual(begun, [0, 1, 2, 3, 4, 5, 6, 7], 'nobody passes those who wait');
    turn();
    assert.equal(armed(), 0, 'an idle line arms nothing');
    assert.equal(line.hasTime(), true);
  });

  test('time goes by from the first to ask until the turn ends', () => {
    const { line, take, turn } = simulated();
    assert.equal(line.hasTime(), true);
    take(TURN_MAX_MILLIS);
    assert.equal(line.hasTime(), false);
    turn();
    assert.equal(line.hasTime(), true);
  });

  test('what fails keeps nobody waiting', () => {
    const { line, take, turn } = simulated();
    const begun: string[] = [];
    line.run(() => take(TURN_MAX_MILLIS));
    line.run(() => {
      throw new Error('a mistake');
    });
    line.run(() => void begun.push('the next'));
    assert.throws(turn, /a mistake/);
    turn();
    assert.deepEqual(begun, ['the next']);
  });
});

test('on the event loop, what is set going counts as part of what began it', async () => {
  const take = (millis: number) => {
    const end = performance.now() + millis;
    while (performance.now() < end);
  };
  let turn = 0;
  const turns: number[] = [];
  const count = () => {
    turn++;
    counting = setImmediate(count);
  };
  let counting = setImmediate(count);
  const step = async () => {
    await turnLine.wait();
    // Not at once: three steps of microtasks later.
    for (let i = 0; i < 3; i++) await undefined;
    take(0.7 * TURN_MAX_MILLIS);
    turns.push(turn);
  };
  turnLine.run(() => take(TURN_MAX_MILLIS));
  await Promise.all([step(), step(), step(), step(), step(), step()]);
  clearImmediate(counting);
  const most = Math.max(...turns.map((each) => turns.filter((other) => other === each).length));
  // Fewer when the machine has no core for it.
  assert.ok(most <= 2, `turns: ${turns.join()}`);
});

test('a line that is never empty lets go of those who have left it', async () => {
  const { line, take, turn } = simulated();
  const refs: WeakRef<object>[] = [];
  const come = (waiter: { readonly is: number }) => {
    refs.push(new WeakRef(waiter));
    line.run(() => {
      take(1);
      come({ is: waiter.is + 1 });
    });
  };
  for (let i = 0; i < 100; i++) come({ is: 0 });
  for (let turns = 0; turns < 1000; turns++) turn();
  await collectGarbage();
  const first = refs.slice(0, 1000);
  assert.equal(first.filter((ref) => ref.deref() !== undefined).length, 0);
});
