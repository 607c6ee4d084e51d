import { isWellFormed } from './label-names.ts';

/** What may stand before or behind a literal: nothing, `.*`, or `.+`. */
export type Affix = 'nothing' | 'anything' | 'something';

/** One way for a simple pattern to match: a text, and what may surround it. */
export type SimpleAlternative = {
  readonly before: Affix;
  readonly text: string;
  readonly after: Affix;
};

/** More ways than this are left to RE2, which does not list them. */
const MAX_ALTERNATIVES = 512;
/** So are ways that are longer than this together: a few groups in front of a long text multiply it. */
const MAX_PIECES = 65_536;
const MAX_DEPTH = 16;

/**
 * Lists the ways in which a pattern can match, when it is made of nothing but literals,
 * alternation, groups, and `.*` or `.+` at an end: `api|web`, `api-(a|b)`, `.*-canary`. Any other
 * pattern, and any that is not plainly valid, is `undefined`: RE2 decides about those.
 */
export function expandSimplePattern(source: string): readonly SimpleAlternative[] | undefined {
  let offset = 0;

  /** `a|b|c` up to the end or a closing parenthesis: the pieces of each alternative. */
  function alternation(depth: number): Piece[][] | undefined {
    if (depth > MAX_DEPTH) return undefined;
    const all: Piece[][] = [];
    for (;;) {
      const alternatives = concatenation(depth);
      if (alternatives === undefined) return undefined;
      all.push(...alternatives);
      if (all.length > MAX_ALTERNATIVES) return undefined;
      if (source[offset] !== '|') return all;
      offset++;
    }
  }

  function concatenation(depth: number): Piece[][] | undefined {
    let all: Piece[][] = [[]];
    let pieceCount = 0;
    while (offset < source.length && source[offset] !== '|' && source[offset] !== ')') {
      const next = item(depth);
      if (next === undefined || '*+?{'.includes(source[offset] ?? ' ')) return undefined;
      if (all.length * next.length > MAX_ALTERNATIVES) return undefined;
      const tailCount = next.reduce((sum, tail) => sum + tail.length, 0);
      pieceCount = pieceCount * next.length + tailCount * all.length;
      if (pieceCount > MAX_PIECES) return undefined;
      const [only] = next;
      if (next.length === 1 && only !== undefined) for (const head of all) head.push(...only);
      else all = all.flatMap((head) => next.map((tail) => [...head, ...tail]));
    }
    return all;
  }

  /** A literal character, a group, `.*` or `.+`. */
  function item(depth: number): Piece[][] | undefined {
    const character = source[offset] ?? '';
    if (character === '(') return group(depth);
    if (character === '.') {
      const quantifier = source[offset + 1];
      offset += 2;
      if (quantifier === '*') return [[ANYTHING]];
      return quantifier === '+' ? [[SOMETHING]] : undefined;
    }
    if (character === '\\') {
      const escaped = source[offset + 1] ?? '';
      offset += 2;
      return ESCAPED_PUNCTUATION.test(escaped) ? [[escaped]] : undefined;
    }
    if (META_CHARACTERS.includes(character)) return undefined;
    offset++;
    return [[character]];
  }

  function group(depth: number): Piece[][] | undefined {
    offset++;
    if (source[offset] === '?') {
      if (source[offset + 1] !== ':') return undefined;
      offset += 2;
    }
    const inner = alternation(depth + 1);
    if (inner === undefined || source[offset] !== ')') return undefined;
    offset++;
    return inner;
  }

  if (!isWellFormed(source)) return undefined;
  const all = alternation(0);
  if (all === undefined || offset < source.length) return undefined;
  const alternatives = all.map(simpleAlternative);
  return alternatives.every((alternative) => alternative !== undefined) ? alternatives : undefined;
}

/** A literal character, `.*` or `.+`. */
type Piece = string | typeof ANYTHING | typeof SOMETHING;
const ANYTHING = Symbol('.*');
const SOMETHING = Symbol('.+');

const META_CHARACTERS = '*+?{}[]^$|)';
const ESCAPED_PUNCTUATION = /^[!-/:-@[-`{-~]$/;

/** Pieces as one text with affixes; undefined when `.*` or `.+` stands anywhere but at an end. */
function simpleAlternative(pieces: readonly Piece[]): SimpleAlternative | undefined {
  const affixOf = (piece: Piece | undefined): Affix =>
    piece === ANYTHING ? 'anything' : piece === SOMETHING ? 'something' : 'nothing';
  const before = affixOf(pieces[0]);
  const start = before === 'nothing' ? 0 : 1;
  const after = pieces.length > start ? affixOf(pieces.at(-1)) : 'nothing';
  const end = after === 'nothing' ? pieces.length : pieces.length - 1;
  let text = '';
  for (const piece of pieces.slice(start, end)) {
    if (typeof piece !== 'string') return undefined;
    text += piece;
  }
  // `.+.+` wants two characters, which are not two UTF-16 units.
  if (text === '' && before !== 'nothing' && after !== 'nothing') return undefined;
  return { before, text, after };
}
