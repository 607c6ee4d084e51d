import { createStringInterner, type Profile } from '@emberscope/profile';

const SCRIPTING_SPIES: ReadonlySet<string> = new Set(['pyspy', 'rbspy', 'scripting']);

/** Whether frames of this agent are told apart by their file's name in front. */
export function isScriptingSpy(spyName: string): boolean {
  return SCRIPTING_SPIES.has(spyName);
}

/**
 * Puts the file in front of each function's name, `app.py main`, since in scripts a name alone says
 * little. py-spy gives absolute paths to what it found outside of the application: those stay.
 */
export function withFileNames(profile: Profile, spyName: string): Profile {
  const { symbols } = profile;
  const { functions } = symbols;
  const strings = createStringInterner();
  // Interning the old table in its order keeps all rows where they are; pprof readers may give
  // a string twice, so rows are looked up all the same.
  const rowOf = symbols.strings.map((text) => strings.intern(text));
  const at = (column: Int32Array): Int32Array => column.map((row) => rowOf[row] ?? 0);

  const name = functions.name.map((row, i) => {
    const file = symbols.strings[functions.fileName[i] ?? 0] ?? '';
    const isOutside = spyName === 'pyspy' && file.startsWith('/');
    if (isOutside) return rowOf[row] ?? 0;
    return strings.intern(`${file} ${symbols.strings[row] ?? ''}`);
  });

  return {
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
}
