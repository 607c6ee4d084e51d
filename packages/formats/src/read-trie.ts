import { createNamedProfileBuilder, NO_STACK, type StackIndex } from '@emberscope/profile';
import { decodeName, walkNodes } from './nested-nodes.ts';
import { type ReadProfile, refuse } from './read-answer.ts';

/**
 * All names of a trie may be this long in all: a few bytes can go on from a long one many times, and
 * 50 kB that did took 5 s to read. The names of 16,000 stacks, five new frames each, are a third of it.
 */
export const TRIE_MAX_NAME_BYTES = 1 << 24;

/** What a node has before it: callers whose names are whole, and pieces of a name that is not. */
type Prefix = { readonly callers: StackIndex; readonly begun: Pieces | undefined };

/** The beginning of a name, the last piece first: nodes share what they have before them. */
type Pieces = {
  readonly before: Pieces | undefined;
  readonly bytes: Uint8Array;
  readonly byteLength: number;
};

const SEMICOLON = 0x3b;

/**
 * Reads Pyroscope's trie: names are pieces of text that, joined from the root, make a stack's
 * names with `;` between them. A piece may end within a name, and even within a character.
 */
export function readTrie(bytes: Uint8Array): ReadProfile {
  const builder = createNamedProfileBuilder({ sampleTypes: [{ type: 'samples', unit: 'count' }] });
  const counts = new Map<StackIndex, bigint>();
  let nameBytes = 0;

  const push = (callers: StackIndex, begun: Pieces | undefined): StackIndex => {
    nameBytes += begun?.byteLength ?? 0;
    if (nameBytes > TRIE_MAX_NAME_BYTES) return NO_STACK;
    return builder.stacks.push(callers, builder.frame(nameOf(begun)));
  };

  const root: Prefix = { callers: NO_STACK, begun: undefined };
  const walked = walkNodes(bytes, root, (prefix, piece, value) => {
    let { callers, begun } = prefix;
    let start = 0;
    for (let end = piece.indexOf(SEMICOLON); end !== -1; end = piece.indexOf(SEMICOLON, start)) {
      callers = push(callers, append(begun, piece.subarray(start, end)));
      begun = undefined;
      start = end + 1;
    }
    begun = append(begun, piece.subarray(start));
    if (value !== 0n) {
      const stack = push(callers, begun);
      counts.set(stack, BigInt.asIntN(64, (counts.get(stack) ?? 0n) + value));
    }
    return { callers, begun };
  });
  if (!walked.ok) return walked;
  if (nameBytes > TRIE_MAX_NAME_BYTES) {
    return refuse(
      `the names of the trie are ${nameBytes} bytes; the limit is ${TRIE_MAX_NAME_BYTES}`,
    );
  }
  for (const [stack, count] of counts) builder.addSample(stack, [count]);
  return { ok: true, profile: builder.finish() };
}

function append(before: Pieces | undefined, bytes: Uint8Array): Pieces | undefined {
  if (bytes.length === 0) return before;
  return { before, bytes, byteLength: (before?.byteLength ?? 0) + bytes.length };
}

function nameOf(pieces: Pieces | undefined): string {
  if (pieces === undefined) return '';
  if (pieces.before === undefined) return decodeName(pieces.bytes);
  const whole = new Uint8Array(pieces.byteLength);
  for (let piece: Pieces | undefined = pieces; piece !== undefined; piece = piece.before) {
    whole.set(piece.bytes, piece.byteLength - piece.bytes.length);
  }
  return decodeName(whole);
}
