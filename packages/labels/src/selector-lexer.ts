import { readGoString } from './go-string.ts';
import type { MatcherOp } from './matcher.ts';

/** A word of the selector language. `offset` is where it begins, in UTF-16 units. */
export type Token =
  | { readonly kind: 'identifier' | 'string'; readonly offset: number; readonly text: string }
  | { readonly kind: 'operator'; readonly offset: number; readonly op: MatcherOp }
  | { readonly kind: '{' | '}' | ','; readonly offset: number }
  | { readonly kind: 'end'; readonly offset: number; readonly inBraces: boolean }
  | { readonly kind: 'error'; readonly offset: number; readonly reason: string };

export type SelectorLexer = {
  /** The next word outside of braces: a metric name, `{`, or the end. */
  next(): Token;
  /** The next word inside braces. */
  nextInBraces(): Token;
};

/** Blank space, and comments from `#` to the end of the line. */
const BLANK = /(?:[ \t\n\r]+|#[^\r\n]*)*/y;
const METRIC_NAME = /[a-zA-Z_:][a-zA-Z0-9_:]*/y;
const LABEL_NAME = /[a-zA-Z_][a-zA-Z0-9_]*/y;
const OPERATOR = /=~|!~|!=|=/y;

export function createSelectorLexer(source: string): SelectorLexer {
  let offset = 0;

  function take(pattern: RegExp): string | undefined {
    pattern.lastIndex = offset;
    const found = pattern.exec(source)?.[0];
    if (found !== undefined) offset += found.length;
    return found;
  }

  /** What a text may begin with in either place: the end, a brace, a string. */
  function common(inBraces: boolean): Token | undefined {
    const start = offset;
    const character = source[offset];
    if (character === undefined) return { kind: 'end', offset: start, inBraces };
    if (character === (inBraces ? '}' : '{') || (inBraces && character === ',')) {
      offset++;
      return { kind: character, offset: start };
    }
    return undefined;
  }

  return {
    next() {
      take(BLANK);
      const start = offset;
      const token = common(false);
      if (token !== undefined) return token;
      const name = take(METRIC_NAME);
      if (name === undefined) return error(start, source, '');
      // PromQL reads these two words as numbers, in any case.
      if (/^(?:nan|inf)$/i.test(name)) {
        return { kind: 'error', offset: start, reason: `"${name}" is a number, not a name` };
      }
      return { kind: 'identifier', offset: start, text: name };
    },
    nextInBraces() {
      take(BLANK);
      const start = offset;
      const token = common(true);
      if (token !== undefined) return token;
      const name = take(LABEL_NAME);
      if (name !== undefined) return { kind: 'identifier', offset: start, text: name };
      const op = take(OPERATOR);
      if (op === '=' || op === '!=' || op === '=~' || op === '!~') {
        return { kind: 'operator', offset: start, op };
      }
      if (!'"\'`'.includes(source[start] ?? ' ')) return error(start, source, ' inside braces');
      const string = readGoString(source, start);
      if (!string.ok) return { kind: 'error', offset: string.offset, reason: string.reason };
      offset = string.endOffset;
      return { kind: 'string', offset: start, text: string.text };
    },
  };
}

function error(offset: number, source: string, place: string): Token {
  const character = String.fromCodePoint(source.codePointAt(offset) ?? 0);
  return { kind: 'error', offset, reason: `unexpected character "${character}"${place}` };
}

/** A token as an error message names it. */
export function describeToken(token: Token): string {
  switch (token.kind) {
    case 'identifier':
      return `the name "${token.text}"`;
    case 'string':
      return `the string "${token.text}"`;
    case 'operator':
      return `"${token.op}"`;
    case '{':
    case '}':
    case ',':
      return `"${token.kind}"`;
    case 'end':
      return token.inBraces ? 'the end inside braces' : 'the end';
    case 'error':
      return token.reason;
    default:
      return token satisfies never;
  }
}
