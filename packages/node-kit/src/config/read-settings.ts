import * as z from 'zod';
import type { Fs } from '../fs/fs.ts';
import { FsError } from '../fs/fs-error.ts';
import { readWholeFile } from '../fs/whole-file.ts';
import { type Environment, readEnvironment } from './read-environment.ts';
import { type Program, readFlags } from './read-flags.ts';
import type { FileOptions, FromFile } from './read-settings-file.ts';
import type { SettingFacts, SettingsShape } from './setting.ts';
import { optional, pathSetting } from './setting-kinds.ts';
import { type NamedSetting, nameSettings, type SettingNames } from './setting-names.ts';
import { formatOrigin, type RawValue, type SettingOrigin, showValue } from './setting-origin.ts';

export type SettingsRequest<Shape extends SettingsShape> = {
  readonly program: Program;
  readonly version: string;
  /** Property → setting, each made by a kind (`durationSetting` and its like). */
  readonly shape: Shape;
  /** Without the interpreter and the script: `process.argv.slice(2)`. */
  readonly argv: readonly string[];
  readonly environment: Environment;
  readonly fs: Fs;
  /** Takes flags and keys of Pyroscope's that mean nothing here, with a warning each. */
  readonly acceptUnknownDotted?: boolean;
  /** Sections that nobody but us has: what is unknown in them is misspelt all the same. */
  readonly ownSections?: readonly string[];
  /** Further places of settings in the file, with dashes → the name of the setting. */
  readonly fileKeys?: ReadonlyMap<string, string>;
};

export type SettingsRead<Settings> =
  | {
      readonly kind: 'settings';
      readonly settings: Settings;
      readonly rows: readonly SettingRow[];
      /** One sentence each, for the log. */
      readonly warnings: readonly string[];
    }
  /** What was asked for is this text on the standard output, and exit code 0. */
  | { readonly kind: 'shown'; readonly text: string }
  /** One sentence for each setting that is wrong: for the standard error, and exit code 2. */
  | { readonly kind: 'refused'; readonly reasons: readonly string[] };

/** One setting as a person may see it, secrets withheld. */
export type SettingRow = {
  readonly name: string;
  readonly text: string;
  /** What it would be by itself. */
  readonly defaultText: string | undefined;
  readonly origin: SettingOrigin;
};

/**
 * Reads the settings of a program: flags before the environment before the file that `--config`
 * names before defaults. Nothing is read but what the request holds.
 */
export async function readSettings<Shape extends SettingsShape>(
  request: SettingsRequest<Shape>,
): Promise<SettingsRead<z.output<z.ZodObject<Shape>>>> {
  const { program, version, argv, environment, fs } = request;
  const { acceptUnknownDotted = false, ownSections = [], fileKeys = new Map() } = request;
  const foreign = { acceptUnknownDotted, ownSections };
  const shape = { ...request.shape, [CONFIG_PROPERTY]: configSetting() };
  const names = nameSettings(shape);

  const flags = readFlags(program, names, argv, foreign);
  if (flags.kind === 'help') return { kind: 'shown', text: flags.text };
  if (flags.kind === 'version') return { kind: 'shown', text: `${program.name} ${version}\n` };
  if (flags.kind === 'refused') return flags;
  const variables = readEnvironment(names, environment);

  const config = flags.values.get(CONFIG_PROPERTY) ?? variables.values.get(CONFIG_PROPERTY);
  const file = await readFile(fs, names, config, { ...foreign, fileKeys });
  if (!file.ok) return { kind: 'refused', reasons: file.reasons };

  const raw = new Map([...defaultsOf(names), ...file.values, ...variables.values, ...flags.values]);
  const missing = names.all.filter((setting) => isMissing(shape, setting, raw));
  if (missing.length > 0) return { kind: 'refused', reasons: missing.map(howToSet) };

  const values = Object.fromEntries([...raw].map(([property, { value }]) => [property, value]));
  const parsed = z.object(request.shape).safeParse(values);
  if (!parsed.success) {
    return {
      kind: 'refused',
      reasons: parsed.error.issues.map((issue) => explain(issue, names, raw)),
    };
  }
  return {
    kind: 'settings',
    settings: parsed.data,
    rows: rowsOf(names, raw),
    warnings: [...flags.warnings, ...variables.warnings, ...file.warnings],
  };
}

const CONFIG_PROPERTY = 'config';

function configSetting() {
  return optional(
    pathSetting({ name: 'config', aliases: ['config.file'], help: 'a YAML file of settings' }),
  );
}

/** Far more than a file of settings holds; relabel rules are its longest part. */
const CONFIG_FILE_MAX_BYTES = 1 << 20;

async function readFile(
  fs: Fs,
  names: SettingNames,
  config: RawValue | undefined,
  options: FileOptions,
): Promise<FromFile> {
  if (config === undefined) return { ok: true, values: new Map(), warnings: [] };
  const path = String(config.value);
  try {
    const bytes = await readWholeFile(fs, path, CONFIG_FILE_MAX_BYTES);
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    // Only now: most starts have no such file, and what reads YAML takes long to load.
    const { readSettingsFile } = await import('./read-settings-file.ts');
    return readSettingsFile(names, text, path, options);
  } catch (error) {
    const from = formatOrigin(config.origin);
    if (error instanceof TypeError) {
      return { ok: false, reasons: [`${path}, named by ${from}, is not UTF-8`] };
    }
    if (!(error instanceof FsError)) throw error;
    return { ok: false, reasons: [`cannot read the file named by ${from}: ${error.message}`] };
  }
}

function defaultsOf(names: SettingNames): ReadonlyMap<string, RawValue> {
  return new Map(
    names.all.flatMap(({ property, facts }) =>
      facts.defaultText === undefined
        ? []
        : [[property, { value: facts.defaultText, origin: { kind: 'default' } }] as const],
    ),
  );
}

function isMissing(
  shape: SettingsShape,
  { property }: NamedSetting,
  raw: ReadonlyMap<string, RawValue>,
): boolean {
  return !raw.has(property) && shape[property]?.safeParse(undefined).success === false;
}

function howToSet({ facts, variable }: NamedSetting): string {
  const places = facts.form === 'structure' ? 'in the file' : `with --${facts.name} or ${variable}`;
  return `${facts.name} must be set, ${places}, to ${facts.expected}`;
}

/** `retention-period from --retention-period is "soon" but must be a duration …: "soon" …`. */
function explain(
  issue: z.core.$ZodIssue,
  names: SettingNames,
  raw: ReadonlyMap<string, RawValue>,
): string {
  const [property, ...below] = issue.path;
  const setting = names.all.find((candidate) => candidate.property === property);
  const given = raw.get(String(property));
  if (setting === undefined || given === undefined) return issue.message;
  const { facts } = setting;
  const origin = formatOrigin(given.origin);
  if (facts.form === 'structure') {
    const unknownKeys = issue.code === 'unrecognized_keys' ? issue.keys.join(', ') : undefined;
    const what = unknownKeys === undefined ? issue.message : `${unknownKeys} is unknown`;
    return `${[facts.name, ...below].join('.')} from ${origin}: ${what}`;
  }
  const found: unknown = issue.code === 'custom' ? issue.params?.reason : undefined;
  const reason = typeof found === 'string' && found !== '' ? `: ${found}` : '';
  return `${facts.name} from ${origin} is ${showValue(facts, given.value)} but must be ${facts.expected}${reason}`;
}

function rowsOf(names: SettingNames, raw: ReadonlyMap<string, RawValue>): readonly SettingRow[] {
  return names.all.flatMap(({ property, facts }) => {
    const given = raw.get(property);
    if (given === undefined) return [];
    const { value, origin } = given;
    const text = shownText(facts, value);
    const defaultText = facts.isSecret ? undefined : facts.defaultText;
    return [{ name: facts.name, text, defaultText, origin }];
  });
}

/** Structures may hold anything, secrets too, so they are not shown. */
function shownText(facts: SettingFacts, value: unknown): string {
  if (facts.isSecret) return '(secret)';
  if (facts.form === 'structure') return '(see the file)';
  return String(value);
}
