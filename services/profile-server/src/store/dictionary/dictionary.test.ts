import assert from 'node:assert/strict';
import { test } from 'node:test';
import { NO_MAPPING, NO_STACK } from '@emberscope/profile';
import { collectGarbage } from '@emberscope/test-kit';
import { createByteStringRows } from './byte-string-rows.ts';
import { createDictionary, type Dictionary } from './dictionary.ts';

/** As the writer has them: of functions with one location each, and paths of these. */
function drawnDictionary(functions: number, stacks: number): Dictionary {
  const dictionary = createDictionary(createByteStringRows());
  for (let row = 0; row < functions; row++) {
    const name = dictionary.strings.intern(`s1/part${row % 31}/file${row % 97}.handle${row}`);
    const lines = { functions: [row], lineNumbers: [row], start: 0, end: 1 };
    dictionary.functions.intern(name, 0, 0, 0);
    dictionary.locations.intern(NO_MAPPING, 0, 0, 0, lines);
  }
  for (let row = 0, stack = NO_STACK, top = NO_STACK; top + 1 < stacks; row++) {
    const location = (Math.imul(row, 0x9e37_79b1) >>> 8) % functions;
    stack = dictionary.pushStack(row % 25 === 0 ? NO_STACK : stack, location);
    top = Math.max(top, stack);
  }
  // Strings of rows that a record tells.
  dictionary.view();
  return dictionary;
}

/** Kept here, so that none is garbage while it is weighed. */
let kept: readonly Dictionary[] = [];

test('dictionaries take what they are counted with, small and large', async () => {
  for (const [functions, stacks, count] of [
    [30, 100, 200],
    [300, 1000, 60],
    [1300, 20_000, 6],
  ] as const) {
    // What is compiled for it is no part of it.
    for (let i = 0; i < 3; i++) drawnDictionary(functions, stacks).bytes();
    const before = await heldBytes();
    kept = Array.from({ length: count }, () => drawnDictionary(functions, stacks));
    const held = (await heldBytes()) - before;
    const counted = kept.reduce((sum, dictionary) => sum + dictionary.bytes(), 0);
    kept = [];
    const share = counted / held;
    assert.ok(
      share > 0.8 && share < 1.25,
      `${stacks} stacks: ${counted} bytes counted, ${held} held`,
    );
  }
});

async function heldBytes(): Promise<number> {
  // Once more: of what a loop has just let go, some is found late.
  await collectGarbage();
  await collectGarbage();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}
