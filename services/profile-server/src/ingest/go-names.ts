import { LABEL, type Label } from '@emberscope/labels';
import { type EncodedStrings, encodedStrings } from '@emberscope/pprof';
import type { Profile } from '@emberscope/profile';

/** Spies by language, as far as they tell one. */
const LANGUAGE_OF_SPY: ReadonlyMap<string, string> = new Map([
  ['gospy', 'go'],
  ['pyspy', 'python'],
  ['rbspy', 'ruby'],
  ['nodespy', 'nodejs'],
  ['phpspy', 'php'],
  ['dotnetspy', 'dotnet'],
  ['javaspy', 'java'],
  ['grafana-agent.java', 'java'],
  ['pyroscope-rs', 'rust'],
]);

/** What a string of a profile begins or ends with, by language, in the order of Pyroscope's search. */
const MARKS: readonly (readonly [language: string, marks: readonly string[]])[] = [
  ['go', ['.go', '/usr/local/go/']],
  ['java', ['java/', 'sun/']],
  ['ruby', ['.rb', 'gems/']],
  ['nodejs', ['./node_modules/', '.js']],
  ['dotnet', ['System.', 'Microsoft.']],
  ['python', ['.py']],
  ['rust', ['main.rs', 'core.rs']],
];

/** Whether a profile is Go's: by its spy, or else by the first string that gives a language away. */
export function isGo(labels: readonly Label[], { symbols }: Profile): boolean {
  const spy = labels.find(({ name }) => name === LABEL.spy)?.value ?? '';
  const known = LANGUAGE_OF_SPY.get(spy);
  if (known !== undefined) return known === 'go';
  const { strings } = symbols;
  const encoded = encodedStrings(strings);
  for (let row = 0; row < strings.length; row++) {
    // By its bytes, since most strings of a profile are never decoded.
    if (encoded !== undefined && !mayBytesBearMark(encoded, row)) continue;
    const text = strings[row] ?? '';
    if (!mayBearMark(text)) continue;
    const found = MARKS.find(([, marks]) =>
      marks.some((mark) => text.startsWith(mark) || text.endsWith(mark)),
    );
    if (found !== undefined) return found[0] === 'go';
  }
  return false;
}

/** 1 for the characters that marks begin with, and those that they end with. */
const FIRST_OF_MARK = new Uint8Array(128);
const LAST_OF_MARK = new Uint8Array(128);
for (const mark of MARKS.flatMap(([, marks]) => marks)) {
  FIRST_OF_MARK[mark.charCodeAt(0)] = 1;
  LAST_OF_MARK[mark.charCodeAt(mark.length - 1)] = 1;
}

/** Rules most strings out by two characters: a profile has a thousand, and there are 14 marks. */
function mayBearMark(text: string): boolean {
  return (
    FIRST_OF_MARK[text.charCodeAt(0)] === 1 || LAST_OF_MARK[text.charCodeAt(text.length - 1)] === 1
  );
}

function mayBytesBearMark({ bytes, start }: EncodedStrings, row: number): boolean {
  const first = start[row] ?? 0;
  const end = start[row + 1] ?? first;
  if (first === end) return false;
  return FIRST_OF_MARK[bytes[first] ?? 0] === 1 || LAST_OF_MARK[bytes[end - 1] ?? 0] === 1;
}

const SHAPE = '[go.shape.';

/**
 * The profile with the shapes of type parameters cut out of its strings, as Go's compiler writes
 * one instance of a generic function for each: `(*Client[go.shape.string]).Call` is
 * `(*Client).Call`. Functions that become equal are told apart no more when stacks are merged.
 */
export function withoutTypeParameters(profile: Profile): Profile {
  const { strings } = profile.symbols;
  if (!strings.some((text) => text.includes(SHAPE))) return profile;
  return { ...profile, symbols: { ...profile.symbols, strings: strings.map(cutShapes) } };
}

/** Cuts each `[go.shape.…]` with its matching bracket; one that never closes stays. */
function cutShapes(text: string): string {
  let kept = '';
  let offset = 0;
  for (;;) {
    const start = text.indexOf(SHAPE, offset);
    const end = start === -1 ? -1 : closingBracket(text, start);
    if (end === -1) return kept + text.slice(offset);
    kept += text.slice(offset, start);
    offset = end + 1;
  }
}

function closingBracket(text: string, start: number): number {
  let depth = 0;
  for (let i = start; i < text.length; i++) {
    if (text[i] === '[') depth++;
    else if (text[i] === ']' && --depth === 0) return i;
  }
  return -1;
}
