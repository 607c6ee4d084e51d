import { didYouMean, nearest } from './near-miss.ts';
import { ENVIRONMENT_PREFIX } from './setting.ts';
import type { SettingNames } from './setting-names.ts';
import type { RawValue } from './setting-origin.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

export type FromEnvironment = {
  /** Property → value. */
  readonly values: ReadonlyMap<string, RawValue>;
  /** One sentence each. */
  readonly warnings: readonly string[];
};

/**
 * Takes the settings out of the environment. An empty variable counts as not set: that is what
 * `${NAME:-}` leaves in a compose file. Unknown variables belong to other programs on the same
 * machine, unless their name is nearly that of a setting: then they are warned of.
 */
export function readEnvironment(names: SettingNames, environment: Environment): FromEnvironment {
  const values = new Map<string, RawValue>();
  const warnings: string[] = [];
  for (const [variable, value] of Object.entries(environment)) {
    if (!variable.startsWith(ENVIRONMENT_PREFIX) || value === undefined || value === '') continue;
    const setting = names.byVariable.get(variable);
    if (setting !== undefined) {
      if (setting.facts.form === 'structure') {
        warnings.push(`${variable} is ignored: ${setting.facts.name} is set in the file alone`);
        continue;
      }
      values.set(setting.property, { value, origin: { kind: 'environment', variable } });
      continue;
    }
    const ours = withoutPrefix(names.byVariable.keys());
    if (nearest(variable.slice(ENVIRONMENT_PREFIX.length), ours) !== undefined) {
      const name = variable.slice(ENVIRONMENT_PREFIX.length);
      warnings.push(
        `the environment variable ${variable} is unknown and ignored${didYouMean(name, ours, ENVIRONMENT_PREFIX)}`,
      );
    }
  }
  return { values, warnings };
}

function withoutPrefix(variables: Iterable<string>): readonly string[] {
  return [...variables].map((variable) => variable.slice(ENVIRONMENT_PREFIX.length));
}
