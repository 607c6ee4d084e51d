import * as z from 'zod';

/**
 * What is known of a setting beside its values: all that `--help`, errors and the other sources of
 * values need. It lies on the zod type of the setting, so that one schema says everything.
 */
export type SettingFacts = {
  /**
   * The flag without its dashes: `data-dir`, or as Pyroscope names it `querier.max-query-length`.
   * The environment variable and the place in the file follow from it.
   */
  readonly name: string;
  /** Further names of the flag and of the place in the file. */
  readonly aliases: readonly string[];
  /** One sentence without a full stop, for `--help`. */
  readonly help: string;
  /** What stands for a value in `--help`: `duration`. */
  readonly placeholder: string;
  /** What a value must be, for errors: `a duration such as 15m or 7d, at least 1s`. */
  readonly expected: string;
  /** As a person would write it. Without one the setting is optional or required. */
  readonly defaultText: string | undefined;
  readonly form: SettingForm;
  /** Its value appears in no log, no error and no page. */
  readonly isSecret: boolean;
  /** Heading in `--help`. */
  readonly group: string | undefined;
};

export type SettingForm =
  /** One text. */
  | 'scalar'
  /** `--flag` alone means true. */
  | 'switch'
  /** Several texts: separated by commas, or the flag more than once, or a list in the file. */
  | 'list'
  /** Lists and maps that only a file can hold. */
  | 'structure';

/** The facts of every setting made by one of the kinds. */
export const settingFacts = z.registry<SettingFacts>();

/** The settings of a program: property name → setting. */
export type SettingsShape = Readonly<Record<string, z.ZodType>>;

/** The facts of a program's settings, by property name. A setting without facts is a mistake. */
export function factsOf(shape: SettingsShape): ReadonlyMap<string, SettingFacts> {
  return new Map(
    Object.entries(shape).map(([property, type]) => {
      const facts = settingFacts.get(type);
      if (facts === undefined) throw new Error(`${property} is not made by a kind of setting`);
      return [property, facts];
    }),
  );
}

/** `querier.max-query-length` → `EMBERSCOPE_QUERIER_MAX_QUERY_LENGTH`. */
export function environmentVariableOf(name: string): string {
  return `${ENVIRONMENT_PREFIX}${name.toUpperCase().replaceAll(/[.-]/g, '_')}`;
}

export const ENVIRONMENT_PREFIX = 'EMBERSCOPE_';
