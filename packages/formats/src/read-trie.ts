import { createCountedStacks } from './counted-stacks.ts';
import { walkNodes } from './nested-nodes.ts';
import type { ReadProfile } from './read-answer.ts';

/** Keys of a trie may be this long in all: a few bytes can name a long prefix again and again. */
export const TRIE_MAX_KEY_CHARACTERS = 1 << 26;

/**
 * Reads Pyroscope's trie: names are pieces of text that, joined from the root, make a stack's
 * names with `;` between them. A piece may end within a name.
 */
export function readTrie(bytes: Uint8Array): ReadProfile {
  const stacks = createCountedStacks();
  let characters = 0;
  const walked = walkNodes(bytes, '', (prefix, piece, value) => {
    const key = prefix + piece;
    if (value !== 0n && characters <= TRIE_MAX_KEY_CHARACTERS) {
      characters += key.length;
      stacks.add(key, value);
    }
    return key;
  });
  if (!walked.ok) return walked;
  if (characters > TRIE_MAX_KEY_CHARACTERS) {
    const reason = `the keys of the trie are more than ${TRIE_MAX_KEY_CHARACTERS} characters`;
    return { ok: false, reason };
  }
  return { ok: true, profile: stacks.finish() };
}
