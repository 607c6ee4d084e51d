import {
  environmentVariableOf,
  factsOf,
  type SettingFacts,
  type SettingsShape,
} from './setting.ts';

/** The settings of a program, found by each of the names that its sources use. */
export type SettingNames = {
  /** Every name of a flag, aliases too. */
  readonly byFlag: ReadonlyMap<string, NamedSetting>;
  readonly byVariable: ReadonlyMap<string, NamedSetting>;
  /** In the order of the schema. */
  readonly all: readonly NamedSetting[];
};

export type NamedSetting = {
  /** The property in the schema. */
  readonly property: string;
  readonly facts: SettingFacts;
  readonly variable: string;
};

/** Two settings that share a name are a mistake of the schema's. */
export function nameSettings(shape: SettingsShape): SettingNames {
  const byFlag = new Map<string, NamedSetting>();
  const byVariable = new Map<string, NamedSetting>();
  const all: NamedSetting[] = [];
  for (const [property, facts] of factsOf(shape)) {
    const setting = { property, facts, variable: environmentVariableOf(facts.name) };
    all.push(setting);
    for (const flag of [facts.name, ...facts.aliases]) {
      if (byFlag.has(flag)) throw new Error(`two settings are named ${flag}`);
      byFlag.set(flag, setting);
    }
    if (byVariable.has(setting.variable)) throw new Error(`two settings read ${setting.variable}`);
    byVariable.set(setting.variable, setting);
  }
  return { byFlag, byVariable, all };
}
