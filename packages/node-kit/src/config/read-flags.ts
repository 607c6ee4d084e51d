import { Command, CommanderError, Option } from 'commander';
import { didYouMean } from './near-miss.ts';
import type { NamedSetting, SettingNames } from './setting-names.ts';
import type { RawValue } from './setting-origin.ts';

export type FromFlags =
  | {
      readonly kind: 'values';
      /** Property → value. */
      readonly values: ReadonlyMap<string, RawValue>;
      readonly warnings: readonly string[];
    }
  | { readonly kind: 'help'; readonly text: string }
  | { readonly kind: 'version' }
  | { readonly kind: 'refused'; readonly reasons: readonly string[] };

export type Program = {
  /** As it is called: `profile-server`. */
  readonly name: string;
  readonly description: string;
};

/** What becomes of names that are not known. */
export type ForeignNames = {
  /**
   * Flags with a dot in their name that are not known are taken with a warning: Pyroscope has
   * hundreds, and who passes them to it must be able to pass them here. One without a dot is ours
   * and misspelt.
   */
  readonly acceptUnknownDotted: boolean;
  /** Names before the first dot that nobody but us uses. */
  readonly ownSections: readonly string[];
};

/** Whether an unknown name, `section.rest`, may be somebody else's. */
export function isForeign(
  name: string,
  { acceptUnknownDotted, ownSections }: ForeignNames,
): boolean {
  const [section = '', ...rest] = name.split('.');
  return acceptUnknownDotted && rest.length > 0 && !ownSections.includes(section);
}

/**
 * Reads flags as Go programs take them (`-name value`, `-name=value`) and as others do (`--name`).
 * A later value replaces an earlier one; lists grow.
 */
export function readFlags(
  program: Program,
  names: SettingNames,
  argv: readonly string[],
  options: ForeignNames,
): FromFlags {
  const normal = normaliseArgv(argv, names, options);
  if (normal.reasons.length > 0) return { kind: 'refused', reasons: normal.reasons };

  const values = new Map<string, RawValue>();
  const command = commandOf(program, names);
  for (const [flag, { property, facts }] of names.byFlag) {
    command.on(`option:${flag}`, (value: string) => {
      const before = facts.form === 'list' ? values.get(property)?.value : undefined;
      const whole = typeof before === 'string' ? `${before},${value}` : value;
      values.set(property, { value: whole, origin: { kind: 'flag', flag } });
    });
  }
  let shown = '';
  command.exitOverride().configureOutput({
    writeOut: (text) => {
      shown += text;
    },
    writeErr: () => {},
  });
  try {
    command.parse(normal.argv, { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.code === 'commander.helpDisplayed') return { kind: 'help', text: shown };
    if (error.code === 'commander.version') return { kind: 'version' };
    return { kind: 'refused', reasons: [error.message.replace(/^error: /, '')] };
  }
  return { kind: 'values', values, warnings: normal.warnings };
}

function commandOf({ name, description }: Program, names: SettingNames): Command {
  const command = new Command(name)
    .description(description)
    .usage('[--setting value …]')
    .helpOption('-h, --help', 'show this and exit')
    .version('', '--version', 'show the version and exit')
    .allowExcessArguments(false)
    .configureHelp({ helpWidth: HELP_COLUMNS });
  for (const setting of names.all) {
    if (setting.facts.form === 'structure') continue;
    command.addOption(optionOf(setting.facts.name, setting));
    for (const alias of setting.facts.aliases) {
      command.addOption(optionOf(alias, setting).hideHelp());
    }
  }
  return command;
}

/** A terminal of ordinary width; nobody asks how wide it is, so that help reads alike in a log. */
const HELP_COLUMNS = 100;

function optionOf(flag: string, { facts, variable }: NamedSetting): Option {
  const defaultText = facts.defaultText === undefined ? '' : `default ${facts.defaultText}, `;
  const option = new Option(
    `--${flag} <${facts.placeholder}>`,
    `${facts.help} (${defaultText}${variable})`,
  );
  return facts.group === undefined ? option : option.helpGroup(`${facts.group}:`);
}

type NormalArgv = {
  /** `--name=value` only, and what is no flag. */
  readonly argv: readonly string[];
  readonly warnings: readonly string[];
  readonly reasons: readonly string[];
};

/** Pairs each flag with its value, so that the parser behind sees one form alone. */
function normaliseArgv(
  given: readonly string[],
  names: SettingNames,
  foreign: ForeignNames,
): NormalArgv {
  const argv: string[] = [];
  const warnings: string[] = [];
  const reasons: string[] = [];
  for (let i = 0; i < given.length; i++) {
    const text = given[i] ?? '';
    const groups = FLAG.exec(text)?.groups;
    if (groups === undefined) {
      reasons.push(`"${text}" is no flag: settings are given as --name value`);
      continue;
    }
    const { name = '', value } = groups;
    const setting = names.byFlag.get(name);
    const next = given[i + 1];
    if (HELP_OR_VERSION.has(name) && setting === undefined) {
      argv.push(name === 'h' ? '-h' : `--${name}`);
    } else if (setting?.facts.form === 'structure') {
      reasons.push(`--${name} is no flag: ${name} is set in the file alone`);
    } else if (setting !== undefined) {
      if (value !== undefined) argv.push(`--${name}=${value}`);
      else if (setting.facts.form === 'switch') argv.push(`--${name}=true`);
      else if (next === undefined || isKnownFlag(next, names)) {
        reasons.push(`--${name} needs a value: ${setting.facts.expected}`);
      } else {
        argv.push(`--${name}=${next}`);
        i++;
      }
    } else if (isForeign(name, foreign)) {
      if (value === undefined && hasValueBehind(given, i)) i++;
      warnings.push(`--${name} has no meaning here and is ignored${suggestion(name, names)}`);
    } else {
      if (value === undefined && hasValueBehind(given, i)) i++;
      reasons.push(
        `--${name} is unknown${suggestion(name, names) || '; --help lists what there is'}`,
      );
    }
  }
  return { argv, warnings, reasons };
}

const FLAG = /^--?(?<name>[a-zA-Z][\w.-]*)(?:=(?<value>[\s\S]*))?$/;
const HELP_OR_VERSION: ReadonlySet<string> = new Set(['h', 'help', 'version']);

/** Whether an unknown flag takes a value cannot be known; what follows and is no flag belongs to it. */
function hasValueBehind(given: readonly string[], at: number): boolean {
  const next = given[at + 1];
  return next !== undefined && !FLAG.test(next);
}

function isKnownFlag(text: string, names: SettingNames): boolean {
  const name = FLAG.exec(text)?.groups?.name;
  return name !== undefined && (names.byFlag.has(name) || HELP_OR_VERSION.has(name));
}

function suggestion(name: string, names: SettingNames): string {
  return didYouMean(name, names.byFlag.keys(), '--');
}
