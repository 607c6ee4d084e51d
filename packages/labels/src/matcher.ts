import { type LabelSet, labelValue } from './label-set.ts';
import { compileValuePattern, type ValuePattern } from './value-pattern.ts';

/** A condition on one label. Text has become a type: patterns are compiled. */
export type Matcher =
  | { readonly op: '='; readonly name: string; readonly value: string }
  | { readonly op: '!='; readonly name: string; readonly value: string }
  | { readonly op: '=~'; readonly name: string; readonly pattern: ValuePattern }
  | { readonly op: '!~'; readonly name: string; readonly pattern: ValuePattern };

export type MatcherOp = Matcher['op'];

export type BuiltMatcher =
  | { readonly ok: true; readonly matcher: Matcher }
  | { readonly ok: false; readonly reason: string };

/** Makes a matcher; a pattern that RE2 refuses is an answer. */
export function matcher(op: MatcherOp, name: string, value: string): BuiltMatcher {
  if (op === '=' || op === '!=') return { ok: true, matcher: { op, name, value } };
  const compiled = compileValuePattern(value);
  if (!compiled.ok) return compiled;
  return { ok: true, matcher: { op, name, pattern: compiled.pattern } };
}

/** Whether a value of the label passes; '' stands for a label that is absent. */
export function matchesValue(matcher: Matcher, value: string): boolean {
  switch (matcher.op) {
    case '=':
      return value === matcher.value;
    case '!=':
      return value !== matcher.value;
    case '=~':
      return matcher.pattern.matches(value);
    case '!~':
      return !matcher.pattern.matches(value);
    default:
      return matcher satisfies never;
  }
}

/** Whether a label set passes all matchers; no matchers pass everything. */
export function matchesAll(matchers: readonly Matcher[], set: LabelSet): boolean {
  return matchers.every((matcher) => matchesValue(matcher, labelValue(set, matcher.name)));
}
