import { compileRe2, PATTERN_MAX_LENGTH } from './re2-pattern.ts';
import { expandSimplePattern, type SimpleAlternative } from './simple-pattern.ts';

/**
 * A regular expression over label values: RE2 syntax, matched against the whole value, `.` takes
 * newlines too. It is compiled once, when it is made.
 */
export type ValuePattern = {
  /** As the user wrote it. */
  readonly source: string;
  /** All values it matches, when they are few and can be listed: an index looks them up. */
  readonly literals: ReadonlySet<string> | undefined;
  matches(value: string): boolean;
};

export type CompiledPattern =
  | { readonly ok: true; readonly pattern: ValuePattern }
  | { readonly ok: false; readonly reason: string };

/**
 * Most patterns in use are lists of values and prefixes. Those are matched by comparing strings,
 * and a list of values can be looked up in an index instead of being tried on each; the rest is
 * RE2, which takes time linear in the value whatever the pattern.
 */
export function compileValuePattern(source: string): CompiledPattern {
  const alternatives = source.length > PATTERN_MAX_LENGTH ? undefined : expandSimplePattern(source);
  if (alternatives !== undefined) return { ok: true, pattern: simplePattern(source, alternatives) };
  const compiled = compileRe2(source);
  if (!compiled.ok) return compiled;
  const { regexp } = compiled;
  const matches = (value: string): boolean => regexp.testExact(value);
  return { ok: true, pattern: { source, literals: undefined, matches } };
}

function simplePattern(source: string, alternatives: readonly SimpleAlternative[]): ValuePattern {
  const literals = new Set<string>();
  const tests: ((value: string) => boolean)[] = [];
  for (const { before, text, after } of alternatives) {
    if (before === 'nothing' && after === 'nothing') literals.add(text);
    else tests.push(affixTest({ before, text, after }));
  }
  if (tests.length === 0) {
    return { source, literals, matches: (value) => literals.has(value) };
  }
  const matches = (value: string): boolean => {
    for (const test of tests) if (test(value)) return true;
    return literals.has(value);
  };
  return { source, literals: undefined, matches };
}

/** Whether a value has the text with as much before and behind it as the pattern wants. */
function affixTest({ before, text, after }: SimpleAlternative): (value: string) => boolean {
  const minBefore = before === 'something' ? 1 : 0;
  const minAfter = after === 'something' ? 1 : 0;
  if (before === 'nothing') {
    return (value) => value.startsWith(text) && value.length >= text.length + minAfter;
  }
  if (after === 'nothing') {
    return (value) => value.endsWith(text) && value.length >= text.length + minBefore;
  }
  return (value) => {
    // The first place from `minBefore` on leaves the most behind it.
    const at = value.indexOf(text, minBefore);
    return at >= minBefore && value.length >= at + text.length + minAfter;
  };
}
