import assert from 'node:assert/strict';
import { test } from 'node:test';
import { profileFromText, type Symbols } from '@emberscope/profile';
import { createDictionaryFrames } from './dictionary-frames.ts';
import { createFrameSpace } from './frame-space.ts';

/** As many functions, each with a string row of its own. */
function symbolsNamed(...names: readonly string[]): Symbols {
  const { symbols } = profileFromText('main 1');
  const zeros = new Int32Array(names.length);
  const name = Int32Array.from(names, (_, row) => row + 1);
  const functions = { length: names.length, name, systemName: zeros, fileName: zeros };
  return {
    ...symbols,
    strings: ['', ...names],
    functions: { ...functions, startLine: zeros },
  };
}

for (const frameKey of ['reported-name', 'source-function'] as const) {
  test(`names that bytes of no text became are one frame when they are equal: ${frameKey}`, () => {
    const symbols = symbolsNamed('a', 'b\uFFFD', 'c', 'b\uFFFD');
    const frames = createDictionaryFrames(frameKey);
    frames.update(symbols);
    assert.deepEqual(
      [0, 1, 2, 3, 1].map((row) => frames.of(symbols, row)),
      [0, 1, 2, 1, 1],
    );
    const space = createFrameSpace();
    const numbers = frames.in(space);
    assert.deepEqual(
      Array.from(numbers, (number) => space.at(number).name),
      ['a', 'b\uFFFD', 'c'],
    );
  });
}
