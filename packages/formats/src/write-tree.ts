import type { CallTree } from '@emberscope/profile';
import { writeNodes } from './write-trie.ts';

/** Writes a call tree as Pyroscope's tree: a node for each frame, first child first. */
export function writeTree(tree: CallTree): Uint8Array {
  return writeNodes(tree, (name) => name);
}
