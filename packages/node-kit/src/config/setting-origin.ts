import type { SettingFacts } from './setting.ts';

/** Where the value of a setting comes from. */
export type SettingOrigin =
  | { readonly kind: 'flag'; readonly flag: string }
  | { readonly kind: 'environment'; readonly variable: string }
  | { readonly kind: 'file'; readonly path: string; readonly key: string; readonly line: number }
  | { readonly kind: 'default' };

/** `--listen`, `EMBERSCOPE_LISTEN`, `collector.yaml:3 (listen)`: where to go to change it. */
export function formatOrigin(origin: SettingOrigin): string {
  switch (origin.kind) {
    case 'flag':
      return `--${origin.flag}`;
    case 'environment':
      return origin.variable;
    case 'file':
      return `${origin.path}:${origin.line} (${origin.key})`;
    case 'default':
      return 'the default';
    default:
      return origin satisfies never;
  }
}

/** A value as a source holds it, before it is understood. */
export type RawValue = { readonly value: unknown; readonly origin: SettingOrigin };

/** How a value appears in an error: never that of a secret, and never a screenful. */
export function showValue(facts: SettingFacts, value: unknown): string {
  if (facts.isSecret) return 'the value (a secret)';
  const text =
    typeof value === 'string' ? JSON.stringify(value) : (JSON.stringify(value) ?? 'none');
  return text.length > SHOWN_CHARACTERS ? `${text.slice(0, SHOWN_CHARACTERS)}…` : text;
}

const SHOWN_CHARACTERS = 120;
