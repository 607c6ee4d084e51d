import type { RE2JS } from 're2js';
import { isLegacyLabelName, isUtf8LabelName } from './label-names.ts';
import { compileRe2 } from './re2-pattern.ts';

export const RELABEL_ACTIONS = [
  'replace',
  'keep',
  'drop',
  'keepequal',
  'dropequal',
  'hashmod',
  'labelmap',
  'labeldrop',
  'labelkeep',
  'lowercase',
  'uppercase',
] as const;

export type RelabelAction = (typeof RELABEL_ACTIONS)[number];

/** A rule as people write it; what is left out has Prometheus's defaults. */
export type RelabelConfig = {
  /** `replace`. In any case. */
  readonly action?: string | undefined;
  readonly sourceLabels?: readonly string[] | undefined;
  /** `;` */
  readonly separator?: string | undefined;
  /** `(.*)`, RE2, matched against the whole value. */
  readonly regex?: string | undefined;
  readonly targetLabel?: string | undefined;
  /** `$1` */
  readonly replacement?: string | undefined;
  /** A whole number from 1 to 2^64 - 1. */
  readonly modulus?: bigint | number | undefined;
};

/** Which label names a rule may write: `legacy` (`[a-zA-Z_][a-zA-Z0-9_]*`) or any UTF-8. */
export type NameValidation = 'legacy' | 'utf8';

/** A rule that has been checked, its pattern compiled. */
export type RelabelRule = {
  readonly action: RelabelAction;
  readonly sourceLabels: readonly string[];
  readonly separator: string;
  readonly regex: RE2JS;
  readonly targetLabel: string;
  readonly replacement: string;
  readonly modulus: bigint;
  readonly nameValidation: NameValidation;
};

export type CompiledRule =
  | { readonly ok: true; readonly rule: RelabelRule }
  /** `field` as in {@link RelabelConfig}. */
  | { readonly ok: false; readonly field: keyof RelabelConfig; readonly reason: string };

const DEFAULT_SEPARATOR = ';';
const DEFAULT_REGEX = '(.*)';
const DEFAULT_REPLACEMENT = '$1';
const MAX_MODULUS = 2n ** 64n - 1n;

/**
 * Checks a rule and compiles it. The checks are Prometheus's: a rule that works here works there,
 * and the other way round.
 */
export function compileRelabelRule(
  config: RelabelConfig,
  nameValidation: NameValidation,
): CompiledRule {
  const no = (field: keyof RelabelConfig, reason: string): CompiledRule => ({
    ok: false,
    field,
    reason,
  });
  const named = (config.action ?? 'replace').toLowerCase();
  const action = RELABEL_ACTIONS.find((known) => known === named);
  if (action === undefined) {
    const known = RELABEL_ACTIONS.join(', ');
    return no('action', `unrecognized action type "${config.action}": it is one of ${known}`);
  }

  const regex = config.regex ?? DEFAULT_REGEX;
  const compiled = compileRe2(regex);
  if (!compiled.ok) return no('regex', compiled.reason);
  const targetLabel = config.targetLabel ?? '';
  const replacement = config.replacement ?? DEFAULT_REPLACEMENT;
  const separator = config.separator ?? DEFAULT_SEPARATOR;
  const modulus = wholeNumber(config.modulus ?? 0);
  if (modulus === undefined) {
    return no('modulus', `a modulus of ${config.modulus} is not a whole number up to 2^64 - 1`);
  }

  if (action === 'hashmod' && modulus === 0n) return no('modulus', 'hashmod needs a modulus');
  if (NEEDS_TARGET.has(action) && targetLabel === '') {
    return no('targetLabel', `${action} needs a target label`);
  }
  if (action === 'replace' && !isValidTarget(targetLabel, nameValidation)) {
    return no('targetLabel', `"${targetLabel}" is not a label name or a template of one`);
  }
  if (NEEDS_PLAIN_TARGET.has(action) && !isValidName(targetLabel, nameValidation)) {
    return no('targetLabel', `"${targetLabel}" is not a label name`);
  }
  if (REFUSES_REPLACEMENT.has(action) && replacement !== DEFAULT_REPLACEMENT) {
    return no('replacement', `${action} takes no replacement`);
  }
  if (action === 'labelmap' && !isValidTarget(replacement, nameValidation)) {
    return no('replacement', `"${replacement}" is not a label name or a template of one`);
  }
  if (action === 'keepequal' || action === 'dropequal') {
    if (regex !== DEFAULT_REGEX) return no('regex', `${action} takes no regex`);
    if (modulus !== 0n) return no('modulus', `${action} takes no modulus`);
    if (separator !== DEFAULT_SEPARATOR) return no('separator', `${action} takes no separator`);
  }
  if (action === 'labeldrop' || action === 'labelkeep') {
    const refused = onlyRegexRefuses(config, modulus, separator, replacement);
    if (refused !== undefined) return no(refused, `${action} takes nothing but a regex`);
  }

  const sourceLabels = config.sourceLabels ?? [];
  return {
    ok: true,
    rule: {
      action,
      sourceLabels,
      separator,
      regex: compiled.regexp,
      targetLabel,
      replacement,
      modulus,
      nameValidation,
    },
  };
}

const NEEDS_TARGET: ReadonlySet<RelabelAction> = new Set([
  'replace',
  'hashmod',
  'lowercase',
  'uppercase',
  'keepequal',
  'dropequal',
]);
const NEEDS_PLAIN_TARGET: ReadonlySet<RelabelAction> = new Set([
  'hashmod',
  'lowercase',
  'uppercase',
  'keepequal',
  'dropequal',
]);
const REFUSES_REPLACEMENT: ReadonlySet<RelabelAction> = new Set([
  'lowercase',
  'uppercase',
  'keepequal',
  'dropequal',
]);

function onlyRegexRefuses(
  config: RelabelConfig,
  modulus: bigint,
  separator: string,
  replacement: string,
): keyof RelabelConfig | undefined {
  if (config.sourceLabels !== undefined && config.sourceLabels.length > 0) return 'sourceLabels';
  if (config.targetLabel !== undefined && config.targetLabel !== '') return 'targetLabel';
  if (modulus !== 0n) return 'modulus';
  if (separator !== DEFAULT_SEPARATOR) return 'separator';
  return replacement !== DEFAULT_REPLACEMENT ? 'replacement' : undefined;
}

function wholeNumber(modulus: bigint | number): bigint | undefined {
  if (typeof modulus === 'number' && !Number.isSafeInteger(modulus)) return undefined;
  const whole = BigInt(modulus);
  return whole >= 0n && whole <= MAX_MODULUS ? whole : undefined;
}

export function isValidName(name: string, validation: NameValidation): boolean {
  return validation === 'legacy' ? isLegacyLabelName(name) : isUtf8LabelName(name);
}

/**
 * A name with references to groups in it. The pattern that Prometheus has for the legacy rule takes
 * exponential time when it is run by backtracking; this one accepts the same texts in linear time.
 */
const LEGACY_TARGET = /^(?:[a-zA-Z_]|\$(?:\{\w+\}|\w+))(?:\w|\$(?:\{\w+\}|\w+))*$/;

function isValidTarget(target: string, validation: NameValidation): boolean {
  return validation === 'legacy' ? LEGACY_TARGET.test(target) : isUtf8LabelName(target);
}
