import { createEdgeInterner, createStringInterner, type Profile } from '@emberscope/profile';

const SCRIPTING_SPIES: ReadonlySet<string> = new Set(['pyspy', 'rbspy', 'scripting']);

/** Whether frames of this agent are told apart by their file's name in front. */
export function isScriptingSpy(spyName: string): boolean {
  return SCRIPTING_SPIES.has(spyName);
}

/**
 * All new names may be this long together. A path of 60 kB that every function of a profile names
 * would make gigabytes of a few hundred kilobytes.
 */
export const SCRIPTING_NAMES_MAX_CHARACTERS = 1 << 24;

export type NamedProfile =
  | { readonly ok: true; readonly profile: Profile }
  | { readonly ok: false; readonly reason: string };

/**
 * Puts the file in front of each function's name, `app.py main`, since in scripts a name alone says
 * little. py-spy gives absolute paths to what it found outside of the application: those stay.
 */
export function withFileNames(profile: Profile, spyName: string): NamedProfile {
  const { symbols } = profile;
  const { functions } = symbols;
  const strings = createStringInterner();
  // Interning the old table in its order keeps all rows where they are; pprof readers may give
  // a string twice, so rows are looked up all the same.
  const rowOf = symbols.strings.map((text) => strings.intern(text));
  const at = (column: Int32Array): Int32Array => column.map((row) => rowOf[row] ?? 0);

  const pairs = createEdgeInterner();
  const nameOfPair: number[] = [];
  let characters = 0;
  const name = functions.name.map((row, i) => {
    const fileRow = functions.fileName[i] ?? 0;
    const file = symbols.strings[fileRow] ?? '';
    const isOutside = spyName === 'pyspy' && file.startsWith('/');
    if (isOutside) return rowOf[row] ?? 0;
    const pair = pairs.intern(fileRow, row);
    let named = nameOfPair[pair];
    if (named === undefined) {
      const whole = `${file} ${symbols.strings[row] ?? ''}`;
      characters += whole.length;
      named = characters > SCRIPTING_NAMES_MAX_CHARACTERS ? 0 : strings.intern(whole);
      nameOfPair[pair] = named;
    }
    return named;
  });
  if (characters > SCRIPTING_NAMES_MAX_CHARACTERS) {
    const reason = `names with their files are ${characters} characters; the limit is ${SCRIPTING_NAMES_MAX_CHARACTERS}`;
    return { ok: false, reason };
  }

  const renamed: Profile = {
    ...profile,
    symbols: {
      ...symbols,
      functions: {
        ...functions,
        name,
        systemName: at(functions.systemName),
        fileName: at(functions.fileName),
      },
      mappings: {
        ...symbols.mappings,
        fileName: at(symbols.mappings.fileName),
        buildId: at(symbols.mappings.buildId),
      },
      strings: strings.finish(),
    },
    labelSets: {
      ...profile.labelSets,
      key: at(profile.labelSets.key),
      text: at(profile.labelSets.text),
      numberUnit: at(profile.labelSets.numberUnit),
    },
  };
  return { ok: true, profile: renamed };
}
