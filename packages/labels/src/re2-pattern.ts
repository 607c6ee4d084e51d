import { RE2JS } from 're2js';

export type Re2Pattern =
  | { readonly ok: true; readonly regexp: RE2JS }
  | { readonly ok: false; readonly reason: string };

/** Longer patterns are refused: people write hundreds of characters, programs a few thousand. */
export const PATTERN_MAX_LENGTH = 16_384;

/**
 * RE2 takes time in proportion to the value and to the steps of the compiled pattern, at worst the
 * product. A pattern of the largest length has about as many steps as characters; only counted
 * repetition (`.{0,1000}`) has more, and 180 characters of it kept a core busy for 10 s on a value of
 * 2 kB.
 */
export const PATTERN_MAX_STEPS = 20_000;

/** Compiles a pattern, `.` taking newlines too. Anchored by how it is used: the whole value matches. */
export function compileRe2(source: string): Re2Pattern {
  if (source.length > PATTERN_MAX_LENGTH) {
    const reason = `a pattern of ${source.length} characters; the limit is ${PATTERN_MAX_LENGTH}`;
    return { ok: false, reason };
  }
  // Each repetition is a step at least: without this, compiling alone could take seconds.
  const repetitions = countedRepetitions(source);
  if (repetitions > PATTERN_MAX_STEPS) return tooManySteps(repetitions);
  try {
    const regexp = RE2JS.compile(source, RE2JS.DOTALL);
    const steps = regexp.programSize();
    return steps > PATTERN_MAX_STEPS ? tooManySteps(steps) : { ok: true, regexp };
  } catch (error) {
    return { ok: false, reason: error instanceof Error ? error.message : String(error) };
  }
}

function tooManySteps(steps: number): Re2Pattern {
  const reason = `a pattern of ${steps} steps, repetitions counted out; the limit is ${PATTERN_MAX_STEPS}`;
  return { ok: false, reason };
}

/** What all `{n}`, `{n,}` and `{n,m}` ask for together. */
function countedRepetitions(source: string): number {
  let sum = 0;
  for (const [, least, most] of source.matchAll(/\{(\d{1,4})(?:,(\d{0,4}))?\}/g)) {
    sum += Math.max(Number(least), Number(most ?? 0));
  }
  return sum;
}
