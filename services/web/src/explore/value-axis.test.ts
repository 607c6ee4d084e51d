import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { wordsOfProfileType } from './profile-type-words.ts';
import { formatAmount } from './timeline-columns.ts';
import { valueAxisPx, valueTicks } from './value-axis.ts';

const CPU = wordsOfProfileType('wall:cpu:nanoseconds:wall:nanoseconds');
const WALL = wordsOfProfileType('wall:wall:nanoseconds:wall:nanoseconds');
const MEMORY = wordsOfProfileType('memory:inuse_space:bytes:inuse_space:bytes');

describe('the ticks of an axis of values', () => {
  const cases: readonly [top: number, words: typeof CPU, ticks: readonly string[]][] = [
    [0.026, CPU, ['0.01 cores', '0.02 cores']],
    [0.05, CPU, ['0.025 cores', '0.05 cores']],
    [2.6, CPU, ['1 core', '2 cores']],
    [3.9, CPU, ['1 core', '2 cores', '3 cores']],
    [4e6, MEMORY, ['2 MB', '4 MB']],
    [45e9, WALL, ['20 s', '40 s']],
    [1700e9, WALL, ['10 min', '20 min']],
    [15_000e9, WALL, ['2 h', '4 h']],
    [50 * 86_400e9, WALL, ['25 d', '50 d']],
  ];
  for (const [top, words, ticks] of cases) {
    it(`up to ${formatAmount(top, words)} are ${ticks.join(', ')}`, () => {
      assert.deepEqual(
        valueTicks(top, words).map((tick) => formatAmount(tick, words)),
        ticks,
      );
    });
  }

  it('are two or three, evenly apart, within the scale, and each in words of its own', () => {
    const anyTop = fc.tuple(
      fc.double({ min: 1, max: 10, noNaN: true }),
      fc.integer({ min: -6, max: 15 }),
    );
    fc.assert(
      fc.property(anyTop, fc.constantFrom(CPU, WALL, MEMORY), ([digits, power], words) => {
        const top = digits * 10 ** power;
        const ticks = valueTicks(top, words);
        assert.ok(ticks.length === 2 || ticks.length === 3, `${ticks.length} ticks`);
        const [step = 0] = ticks;
        assert.deepEqual(
          ticks,
          ticks.map((_, place) => step * (place + 1)),
        );
        assert.ok((ticks.at(-1) ?? 0) <= top);
        assert.equal(new Set(ticks.map((tick) => formatAmount(tick, words))).size, ticks.length);
      }),
    );
  });

  it('are none where there is no scale', () => {
    for (const top of [0, -1, Number.NaN, Number.POSITIVE_INFINITY]) {
      assert.deepEqual(valueTicks(top, CPU), []);
    }
  });
});

describe('the width of an axis of values', () => {
  const width = (...labels: readonly string[]) => valueAxisPx(labels, 6, (text) => text.length * 7);
  it('is that of its widest label with room on both sides', () => {
    assert.equal(width('0.025 cores', '1 core'), 77 + 6 + 6);
  });

  it('is the same for narrow labels, and without any', () => {
    assert.deepEqual([width('1 core'), width('2 MB'), width()], [68, 68, 68]);
  });
});
