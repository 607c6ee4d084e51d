import { quoteGoString } from './go-string.ts';
import { isLegacyLabelName, LABEL } from './label-names.ts';
import { type Matcher, type MatcherOp, matcher } from './matcher.ts';
import { createSelectorLexer, describeToken, type Token } from './selector-lexer.ts';

/** Longer selectors are refused: they come from users, and each matcher costs. */
export const SELECTOR_MAX_LENGTH = 65_536;
export const SELECTOR_MAX_MATCHERS = 256;

export type ParsedSelector =
  | { readonly ok: true; readonly matchers: readonly Matcher[] }
  /** `offset` is where in the text the trouble is, in UTF-16 units. */
  | { readonly ok: false; readonly offset: number; readonly reason: string };

/**
 * Reads a Prometheus metric selector: `name`, `{a="b", "c.d"=~"e|f"}`, `name{…}`, `{"a name"}`. A
 * name is a matcher on `__name__`; several conditions on one label all count. Time ranges, offsets
 * and `or` are no part of a selector. The grammar is that of Prometheus 3 (UTF-8 names in quotes).
 */
export function parseSelector(source: string): ParsedSelector {
  if (source.length > SELECTOR_MAX_LENGTH) {
    const reason = `a selector of ${source.length} characters; the limit is ${SELECTOR_MAX_LENGTH}`;
    return { ok: false, offset: SELECTOR_MAX_LENGTH, reason };
  }
  const lexer = createSelectorLexer(source);
  const matchers: Matcher[] = [];

  let token = lexer.next();
  if (token.kind === 'identifier') {
    matchers.push({ op: '=', name: LABEL.profileName, value: token.text });
    token = lexer.next();
    if (token.kind === 'end') return { ok: true, matchers };
    if (token.kind !== '{') return unexpected(token, '"{" or the end');
  } else if (token.kind !== '{') {
    return unexpected(token, 'a name or "{"');
  }

  for (;;) {
    token = lexer.nextInBraces();
    if (token.kind === '}') break;
    const condition = readCondition(token, lexer);
    if (!condition.ok) return condition;
    if (matchers.length === SELECTOR_MAX_MATCHERS) {
      const reason = `more than ${SELECTOR_MAX_MATCHERS} matchers`;
      return { ok: false, offset: token.offset, reason };
    }
    matchers.push(condition.matcher);
    if (condition.next.kind === '}') break;
    if (condition.next.kind !== ',') return unexpected(condition.next, '"," or "}"');
  }

  token = lexer.next();
  return token.kind === 'end' ? { ok: true, matchers } : unexpected(token, 'the end');
}

type Refusal = { readonly ok: false; readonly offset: number; readonly reason: string };
type Condition = { readonly ok: true; readonly matcher: Matcher; readonly next: Token };

/** `name op "value"`, or a quoted name alone, and the token behind it. */
function readCondition(
  name: Token,
  lexer: ReturnType<typeof createSelectorLexer>,
): Condition | Refusal {
  if (name.kind !== 'identifier' && name.kind !== 'string') {
    return unexpected(name, 'a label name or "}"');
  }
  const operator = lexer.nextInBraces();
  if (operator.kind !== 'operator') {
    if (name.kind !== 'string' || (operator.kind !== ',' && operator.kind !== '}')) {
      return unexpected(operator, 'one of = != =~ !~');
    }
    const metricName: Matcher = { op: '=', name: LABEL.profileName, value: name.text };
    return { ok: true, matcher: metricName, next: operator };
  }
  const value = lexer.nextInBraces();
  if (value.kind !== 'string') return unexpected(value, 'a quoted value');
  const built = matcher(operator.op, name.text, value.text);
  if (!built.ok) return { ok: false, offset: value.offset, reason: built.reason };
  return { ok: true, matcher: built.matcher, next: lexer.nextInBraces() };
}

function unexpected(token: Token, expected: string): Refusal {
  if (token.kind === 'error') return { ok: false, offset: token.offset, reason: token.reason };
  const reason = `expected ${expected}, found ${describeToken(token)}`;
  return { ok: false, offset: token.offset, reason };
}

/** Matchers as a selector that {@link parseSelector} reads back: all in braces. */
export function formatSelector(matchers: readonly Matcher[]): string {
  return `{${matchers.map(formatMatcher).join(', ')}}`;
}

function formatMatcher(condition: Matcher): string {
  const { name } = condition;
  const value = 'value' in condition ? condition.value : condition.pattern.source;
  const op: MatcherOp = condition.op;
  return `${isLegacyLabelName(name) ? name : quoteGoString(name)}${op}${quoteGoString(value)}`;
}
