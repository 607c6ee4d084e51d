import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import {
  locationsOfStack,
  type Profile,
  profileFromText,
  textFromProfile,
  type ValueType,
} from '@emberscope/profile';
import {
  corruptBytes,
  cpuMillisOf,
  fuzzRuns,
  sharedFile,
  sharedMissing,
} from '@emberscope/test-kit';
import fc from 'fast-check';
import { completeGoStacks } from './complete-go-stacks.ts';
import { readPprof } from './read-pprof.ts';

const CPU: readonly ValueType[] = [{ type: 'cpu', unit: 'nanoseconds' }];
const HEAP: readonly ValueType[] = [{ type: 'inuse_space', unit: 'bytes' }];

/** `f6;f7;f8` of `f`, 6, 9. */
function frames(name: string, from: number, to: number): string {
  return Array.from({ length: to - from }, (_, i) => `${name}${from + i}`).join(';');
}

/** Completed, each as its first frame and how many it has. */
function completed(stacks: readonly string[], sampleTypes = CPU): readonly string[] {
  const text = stacks.map((stack, i) => `${stack} ${i + 1}`).join('\n');
  return textFromProfile(completeGoStacks(profileFromText(text, { sampleTypes }))).map((line) => {
    const drawn = line.slice(0, line.lastIndexOf(' ')).split(';');
    return `${drawn[0]} ${drawn.length}`;
  });
}

/** What stands last in order, and so is never completed. */
const LAST = frames('z', 0, 24);
const WHOLE = frames('f', 0, 40);
const CUT = `${frames('f', 6, 40)};${frames('g', 0, 30)}`;

describe('a stack whose head is further from the root in another', () => {
  test('gets the callers that it lacks', () => {
    assert.deepEqual(completed([WHOLE, CUT, LAST]), ['f0 40', 'f0 70', 'z0 24']);
  });

  test('by way of others, too', () => {
    const cutMore = `${frames('f', 13, 40)};${frames('h', 0, 37)}`;
    assert.deepEqual(completed([cutMore, WHOLE, CUT, LAST]), ['f0 77', 'f0 40', 'f0 70', 'z0 24']);
  });

  test('of several gets those of the one that has most', () => {
    const other = `${frames('o', 0, 7)};${frames('f', 6, 40)}`;
    assert.deepEqual(completed([WHOLE, other, CUT, LAST]), ['f0 40', 'o0 41', 'o0 71', 'z0 24']);
  });

  test('stays as it is where more than eight are missing', () => {
    const cut = `${frames('f', 9, 40)};${frames('g', 0, 30)}`;
    assert.deepEqual(completed([WHOLE, cut, LAST]), ['f0 40', 'f9 61', 'z0 24']);
  });

  test('stays as it is where it is the last', () => {
    assert.deepEqual(completed([WHOLE, CUT]), ['f0 40', 'f6 64']);
  });

  test('stays as it is in a recursion', () => {
    const deep = Array(64).fill('r').join(';');
    assert.deepEqual(completed([deep, `a;${deep}`, LAST]), ['r 64', 'a 65', 'z0 24']);
  });

  test('keeps its labels and its values', () => {
    const profile = profileFromText(`${WHOLE} 1\n${CUT} 5 {t="1"}\n${CUT} 7\n${LAST} 2`, {
      sampleTypes: CPU,
    });
    const lines = textFromProfile(completeGoStacks(profile)).map((line) => line.split(/ (?=\d)/));
    const whole = `${frames('f', 0, 6)};${CUT}`;
    assert.deepEqual(lines, [
      [WHOLE, '1'],
      [whole, '5 {t="1"}'],
      [whole, '7'],
      [LAST, '2'],
    ]);
  });
});

describe('a profile', () => {
  const unchanged = (profile: Profile) => assert.equal(completeGoStacks(profile), profile);
  const drawn = (text: string, sampleTypes: readonly ValueType[]) =>
    profileFromText(text, { sampleTypes });

  test('of CPU without deep stacks is as it was', () => {
    unchanged(drawn(`${WHOLE} 1\n${frames('f', 6, 40)} 2\n${LAST} 3`, CPU));
  });

  test('of allocations is cut at 32, and so not where a stack is deeper', () => {
    const cut = `${frames('f', 6, 30)};${frames('g', 0, 8)}`;
    assert.deepEqual(completed([frames('f', 0, 30), cut, LAST], HEAP), ['f0 30', 'f0 38', 'z0 24']);
    unchanged(drawn(`${frames('f', 0, 33)} 1\n${cut} 2\n${LAST} 3`, HEAP));
  });

  test('of something else is as it was', () => {
    unchanged(drawn(`${WHOLE} 1\n${CUT} 2\n${LAST} 3`, [{ type: 'wall', unit: 'nanoseconds' }]));
  });
});

describe('a real profile', { skip: sharedMissing }, () => {
  const bytes = Uint8Array.from(
    sharedMissing === false
      ? gunzipSync(sharedFile('conformance/inputs/pprof/go-truncated-cpu.pb.gz'))
      : [],
  );

  test('has the leaf sides that it had, and fewer roots', () => {
    const read = readPprof(bytes);
    assert.ok(read.ok);
    const { profile } = read;
    const repaired = completeGoStacks(profile);
    let changed = 0;
    for (const [row, stack] of profile.samples.stack.entries()) {
      const before = locationsOfStack(profile.stacks, stack);
      const after = locationsOfStack(repaired.stacks, repaired.samples.stack[row]);
      assert.deepEqual(after.slice(after.length - before.length), before);
      if (after.length > before.length) changed++;
    }
    assert.equal(changed, 139);
    assert.equal(repaired.samples.values, profile.samples.values);
    assert.equal(repaired.symbols, profile.symbols);
  });

  test('may be damaged', () => {
    fc.assert(
      fc.property(corruptBytes(bytes), (damaged) => {
        const read = readPprof(damaged);
        if (!read.ok) return;
        const cpuMillis = cpuMillisOf(() => void completeGoStacks(read.profile));
        assert.ok(cpuMillis < 2000, `${cpuMillis} ms`);
      }),
      fuzzRuns(20, 5_000),
    );
  });
});

test('thousands of groups of one head are completed at once', () => {
  const random = (seed: number) => (Math.imul(seed + 1, 0x9e3779b1) >>> 8) % 97;
  const lines: string[] = [];
  for (let i = 0; i < 4000; i++) {
    const middle = `${frames('f', i % 8, 26)};${random(i)}a;${random(i * 7)}b`;
    lines.push(`${middle};${frames('g', 0, 40)};${i}c 1`);
  }
  const profile = profileFromText(lines.join('\n'), { sampleTypes: CPU });
  const cpuMillis = cpuMillisOf(() => {
    completeGoStacks(profile);
  });
  assert.ok(cpuMillis < 3000, `${cpuMillis} ms`);
});
