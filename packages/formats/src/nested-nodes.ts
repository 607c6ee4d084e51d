import { createUvarintReader } from '@emberscope/profile';
import { refuse } from './read-answer.ts';

/** Deeper streams are refused: no profiler writes stacks like that. */
export const NODES_MAX_DEPTH = 65_536;

/** More are refused: a profile has some thousands, and each of them takes fifty times its bytes. */
export const NODES_MAX_COUNT = 200_000;

/**
 * Walks the stream that Pyroscope's trie and tree formats share: nodes in pre-order, first child
 * first, each
 *
 *     uvarint bytes of the name | name in UTF-8 | uvarint value | uvarint count of children
 *
 * `visit` gets the bytes of a node's name, its value and what it answered for the node's parent; what it answers
 * goes to the children. Bytes behind the last node are not looked at.
 */
export function walkNodes<State>(
  bytes: Uint8Array,
  root: State,
  visit: (parent: State, name: Uint8Array, value: bigint) => State,
): { readonly ok: true } | { readonly ok: false; readonly reason: string } {
  const reader = createUvarintReader(bytes);
  let count = 0;
  const open: { readonly state: State; missing: bigint }[] = [{ state: root, missing: 1n }];
  for (let parent = open.at(-1); parent !== undefined; parent = open.at(-1)) {
    if (parent.missing === 0n) {
      open.pop();
      continue;
    }
    parent.missing--;
    if (++count > NODES_MAX_COUNT) return refuse(`more than ${NODES_MAX_COUNT} nodes`);
    const start = reader.offset();
    const nameLength = reader.uvarint();
    const name = nameLength === undefined ? undefined : reader.bytes(nameLength);
    const value = reader.uvarint();
    const children = reader.uvarint();
    if (name === undefined || value === undefined || children === undefined) {
      return refuse(`the node at byte ${start} of ${bytes.length} is cut off`);
    }
    const state = visit(parent.state, name, BigInt.asIntN(64, value));
    if (children > 0n) open.push({ state, missing: children });
    if (open.length > NODES_MAX_DEPTH) {
      return refuse(`the node at byte ${start} is more than ${NODES_MAX_DEPTH} deep`);
    }
  }
  return { ok: true };
}

/** Bytes that are not UTF-8 become U+FFFD; a byte order mark is a character of a name. */
export function decodeName(bytes: Uint8Array): string {
  return decoder.decode(bytes);
}

const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
