import { formatGoDuration, formatIecBytes, parseByteSize, parseDuration } from '@emberscope/units';
import * as z from 'zod';
import { type ListenAddress, parseListenAddress } from './listen-address.ts';
import { type SettingFacts, type SettingForm, settingFacts } from './setting.ts';

/** What every kind of setting is told. */
export type SettingOptions = {
  readonly name: string;
  readonly help: string;
  readonly aliases?: readonly string[];
  readonly group?: string;
};

/** With a default, or without and then the program does not start until it is given. */
type Required = { readonly default?: string };

export type DurationOptions = {
  readonly minMillis?: number;
  readonly maxMillis?: number;
  /** What 0 means where it stands for something else than no time at all: `for ever`. */
  readonly zeroMeans?: string;
};

/** A length of time as whole milliseconds: `15s`, `1h30m`, `7d`, `0`. */
export function durationSetting(options: SettingOptions & Required & DurationOptions) {
  const { minMillis = 0, maxMillis = Number.MAX_SAFE_INTEGER, zeroMeans } = options;
  const bounds = boundsText(minMillis, maxMillis, (millis) =>
    formatGoDuration(BigInt(millis) * NANOS_PER_MILLI),
  );
  const zero = zeroMeans === undefined ? '' : `; 0 means ${zeroMeans}`;
  return scalar(
    options,
    { placeholder: 'duration', expected: `a duration such as 500ms, 15m or 7d${bounds}${zero}` },
    (text) => {
      const parsed = parseDuration(text);
      if (!parsed.ok) return refused(parsed.reason);
      if (parsed.nanos % NANOS_PER_MILLI !== 0n) return refused('it is finer than a millisecond');
      const millis = Number(parsed.nanos / NANOS_PER_MILLI);
      if (millis === 0 && zeroMeans !== undefined) return { ok: true, value: 0 };
      return within(millis, minMillis, maxMillis);
    },
  );
}

const NANOS_PER_MILLI = 1_000_000n;

/** A size in bytes: `64MiB`, `4MB`, `512`. */
export function bytesSetting(
  options: SettingOptions & Required & { readonly minBytes?: number; readonly maxBytes?: number },
) {
  const { minBytes = 0, maxBytes = Number.MAX_SAFE_INTEGER } = options;
  const bounds = boundsText(minBytes, maxBytes, formatIecBytes);
  return scalar(
    options,
    { placeholder: 'size', expected: `a size such as 512KiB or 4MiB${bounds}` },
    (text) => {
      const parsed = parseByteSize(text);
      return parsed.ok ? within(parsed.bytes, minBytes, maxBytes) : refused(parsed.reason);
    },
  );
}

/** A whole number between two bounds. */
export function integerSetting(
  options: SettingOptions & Required & { readonly min: number; readonly max?: number },
) {
  const { min, max = Number.MAX_SAFE_INTEGER } = options;
  return scalar(
    options,
    { placeholder: 'number', expected: `a whole number${boundsText(min, max, String)}` },
    (text) => (/^[+-]?\d{1,16}$/.test(text) ? within(Number(text), min, max) : refused()),
  );
}

/** A number between two bounds, with a decimal point if need be. */
export function numberSetting(
  options: SettingOptions & Required & { readonly min: number; readonly max: number },
) {
  const { min, max } = options;
  return scalar(
    options,
    { placeholder: 'number', expected: `a number${boundsText(min, max, String)}` },
    (text) => (DECIMAL.test(text) ? within(Number(text), min, max) : refused()),
  );
}

const DECIMAL = /^[+-]?(\d{1,16}(\.\d{1,16})?|\.\d{1,16})(e[+-]?\d{1,3})?$/i;

/** True or false; the flag alone means true. */
export function booleanSetting(options: SettingOptions & { readonly default: 'true' | 'false' }) {
  return scalar(
    options,
    { placeholder: 'true|false', expected: 'true or false', form: 'switch' },
    (text) => {
      const value = BOOLEANS.get(text.toLowerCase());
      return value === undefined ? refused() : { ok: true, value };
    },
  );
}

/** What Go's flags take, and what people write into the environment. */
const BOOLEANS: ReadonlyMap<string, boolean> = new Map([
  ...['1', 't', 'true', 'yes', 'on'].map((text) => [text, true] as const),
  ...['0', 'f', 'false', 'no', 'off'].map((text) => [text, false] as const),
]);

/** One of a few words. */
export function choiceSetting<const Choice extends string>(
  options: SettingOptions & { readonly choices: readonly Choice[]; readonly default?: Choice },
) {
  const { choices } = options;
  return scalar<Choice>(
    options,
    { placeholder: choices.join('|'), expected: `one of ${choices.join(', ')}` },
    (text) => {
      const value = choices.find((choice) => choice === text);
      return value === undefined ? refused() : { ok: true, value };
    },
  );
}

/** Where to listen: `127.0.0.1:4040`, `:4040` for every interface, `[::1]:4040`. */
export function listenAddressSetting(options: SettingOptions & Required) {
  return scalar<ListenAddress>(
    options,
    { placeholder: 'address', expected: 'an address such as 127.0.0.1:4040 or :4040' },
    (text) => {
      const parsed = parseListenAddress(text);
      return parsed.ok ? { ok: true, value: parsed.address } : refused(parsed.reason);
    },
  );
}

/** An `http` or `https` address without a query; a slash at its end is dropped. */
export function urlSetting(options: SettingOptions & Required) {
  return scalar(
    options,
    { placeholder: 'url', expected: 'an address such as https://profiles.example:4041' },
    (text) => {
      const url = URL.canParse(text) ? new URL(text) : undefined;
      if (url === undefined || !/^https?:$/.test(url.protocol)) return refused();
      if (url.search !== '' || url.hash !== '') return refused('it has a query or a fragment');
      if (url.username !== '' || url.password !== '') return refused('it holds a password');
      return { ok: true, value: url.href.replace(/\/+$/, '') };
    },
  );
}

/** A file or a folder. Whether it is there is found out by who opens it. */
export function pathSetting(options: SettingOptions & Required) {
  return scalar(options, { placeholder: 'path', expected: 'a path' }, (text) =>
    text.includes('\0') ? refused('it holds a zero byte') : { ok: true, value: text },
  );
}

/** Any text that is not empty. */
export function textSetting(
  options: SettingOptions & Required & { readonly placeholder?: string; readonly pattern?: RegExp },
) {
  const { placeholder = 'text', pattern } = options;
  return scalar(
    options,
    { placeholder, expected: pattern === undefined ? 'a text' : `a text like ${pattern.source}` },
    (text) => (pattern?.test(text) === false ? refused() : { ok: true, value: text }),
  );
}

/** A text that is shown nowhere. */
export function secretSetting(options: SettingOptions & Required) {
  return scalar(options, { placeholder: 'secret', expected: 'a text', isSecret: true }, (text) => ({
    ok: true,
    value: text,
  }));
}

/** Several texts, without empty ones. */
export function listSetting(options: SettingOptions & Required) {
  return scalar<readonly string[]>(
    options,
    { placeholder: 'list', expected: 'texts separated by commas', form: 'list' },
    (text) => ({
      ok: true,
      value: text
        .split(',')
        .map((item) => item.trim())
        .filter((item) => item !== ''),
    }),
  );
}

/**
 * Maps and lists, in the file only, described by a zod type of their own. Make its objects strict:
 * a key that is not known is then an error with its place.
 */
export function structureSetting<Type extends z.ZodType>(
  options: SettingOptions & { readonly type: Type; readonly expected: string },
): Type {
  const wrapped = options.type.clone();
  settingFacts.add(
    wrapped,
    facts(options, { placeholder: 'yaml', expected: options.expected, form: 'structure' }),
  );
  return wrapped;
}

/**
 * A setting that may be left out: `optional(pathSetting({ … }))` is a path or undefined.
 */
export function optional<Value>(setting: z.ZodType<Value>): z.ZodOptional<z.ZodType<Value>> {
  const known = settingFacts.get(setting);
  if (known === undefined) throw new Error('optional() takes a setting');
  return setting.optional().register(settingFacts, known);
}

type Parsed<Value> =
  | { readonly ok: true; readonly value: Value }
  /** `reason` is empty where what is expected says it all. */
  | { readonly ok: false; readonly reason: string };

type KindFacts = {
  readonly placeholder: string;
  readonly expected: string;
  readonly form?: SettingForm;
  readonly isSecret?: boolean;
};

function scalar<Value>(
  options: SettingOptions & { readonly default?: string },
  kind: KindFacts,
  parse: (text: string) => Parsed<Value>,
): z.ZodType<Value> {
  const type = z.string().transform((text, context): Value => {
    const parsed: Parsed<Value> =
      text.trim() === '' && kind.form !== 'list' ? refused('it is empty') : parse(text.trim());
    if (parsed.ok) return parsed.value;
    context.addIssue({ code: 'custom', params: { reason: parsed.reason } });
    return z.NEVER;
  });
  return type.register(settingFacts, facts(options, kind));
}

function facts(
  { name, aliases = [], help, group, default: defaultText }: SettingOptions & Required,
  { placeholder, expected, form = 'scalar', isSecret = false }: KindFacts,
): SettingFacts {
  return { name, aliases, help, placeholder, expected, defaultText, form, isSecret, group };
}

function refused(reason = ''): { readonly ok: false; readonly reason: string } {
  return { ok: false, reason };
}

function within(value: number, min: number, max: number): Parsed<number> {
  return value >= min && value <= max ? { ok: true, value } : refused();
}

function boundsText(min: number, max: number, format: (bound: number) => string): string {
  const isBounded = max < Number.MAX_SAFE_INTEGER;
  if (isBounded) return ` from ${format(min)} to ${format(max)}`;
  return min === 0 ? '' : `, at least ${format(min)}`;
}
