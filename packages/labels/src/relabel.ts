import { md5 } from '@noble/hashes/legacy.js';
import type { RE2JS } from 're2js';
import { expandTemplate, type MatchedGroups } from './go-expand.ts';
import { filterLabels, type LabelSet, labelValue, withLabels } from './label-set.ts';
import { isValidName, type RelabelRule } from './relabel-rule.ts';

export type Relabelled =
  | { readonly kind: 'kept'; readonly labelSet: LabelSet }
  /** `ruleIndex` is that of the rule that dropped it; `undefined` when no label was left. */
  | { readonly kind: 'dropped'; readonly ruleIndex: number | undefined };

/** Runs rules over a label set, in order, until one drops it. A set without labels is dropped. */
export function relabel(set: LabelSet, rules: readonly RelabelRule[]): Relabelled {
  let current = set;
  for (const [ruleIndex, rule] of rules.entries()) {
    const next = applyRule(current, rule);
    if (next === undefined) return { kind: 'dropped', ruleIndex };
    current = next;
  }
  if (current.labels.length === 0) return { kind: 'dropped', ruleIndex: undefined };
  return { kind: 'kept', labelSet: current };
}

/** The set after one rule, or undefined when the rule drops it. */
function applyRule(set: LabelSet, rule: RelabelRule): LabelSet | undefined {
  const value = rule.sourceLabels.map((name) => labelValue(set, name)).join(rule.separator);
  switch (rule.action) {
    case 'drop':
      return rule.regex.testExact(value) ? undefined : set;
    case 'keep':
      return rule.regex.testExact(value) ? set : undefined;
    case 'dropequal':
      return value === labelValue(set, rule.targetLabel) ? undefined : set;
    case 'keepequal':
      return value === labelValue(set, rule.targetLabel) ? set : undefined;
    case 'replace':
      return replaceLabel(set, rule, value);
    case 'lowercase':
      return withLabels(set, { [rule.targetLabel]: mapCase(value, (c) => c.toLowerCase()) });
    case 'uppercase':
      return withLabels(set, { [rule.targetLabel]: mapCase(value, (c) => c.toUpperCase()) });
    case 'hashmod':
      return withLabels(set, { [rule.targetLabel]: `${hashOf(value) % rule.modulus}` });
    case 'labelmap':
      return mapLabels(set, rule);
    case 'labeldrop':
      return filterLabels(set, (name) => !rule.regex.testExact(name));
    case 'labelkeep':
      return filterLabels(set, (name) => rule.regex.testExact(name));
    default:
      return rule.action satisfies never;
  }
}

function replaceLabel(set: LabelSet, rule: RelabelRule, value: string): LabelSet {
  const groups = matchedGroups(rule.regex, value);
  if (groups === undefined) return set;
  const target = expandTemplate(rule.targetLabel, groups);
  if (!isValidName(target, rule.nameValidation)) return set;
  return withLabels(set, { [target]: expandTemplate(rule.replacement, groups) });
}

/**
 * Copies labels under new names; the originals stay. All names are those before the rule. A new
 * name may be any text, as in Prometheus, which checks the template alone.
 */
function mapLabels(set: LabelSet, rule: RelabelRule): LabelSet {
  const mapped: [name: string, value: string][] = [];
  for (const { name, value } of set.labels) {
    const groups = matchedGroups(rule.regex, name);
    if (groups === undefined) continue;
    const target = expandTemplate(rule.replacement, groups);
    if (target !== '') mapped.push([target, value]);
  }
  return mapped.length === 0 ? set : withLabels(set, Object.fromEntries(mapped));
}

/** The groups of a match with the whole text, or undefined when there is none. */
function matchedGroups(regex: RE2JS, text: string): MatchedGroups | undefined {
  const matcher = regex.matcher(text);
  if (!matcher.matches()) return undefined;
  const byNumber: (string | undefined)[] = [];
  for (let i = 0; i <= regex.groupCount(); i++) byNumber.push(matcher.group(i) ?? undefined);
  const byName = new Map(
    Object.entries(regex.namedGroups()).map(([name, i]) => [name, byNumber[i]]),
  );
  return { byNumber, byName };
}

/**
 * Go maps case character by character and never changes their number, JavaScript by whole texts:
 * "ß" in capitals is "SS" there and stays "ß" in Go. A character that would become several stays.
 */
function mapCase(text: string, change: (character: string) => string): string {
  let changed = '';
  for (const character of text) {
    const other = change(character);
    changed += [...other].length === 1 ? other : goCaseOf(character, other);
  }
  return changed;
}

/** The one character of which case mapping makes several while Go has a single one for it. */
function goCaseOf(character: string, mapped: string): string {
  return character === '\u0130' && mapped.startsWith('i') ? 'i' : character;
}

/** The last eight bytes of the MD5 sum, big endian: what Prometheus shards by. */
function hashOf(value: string): bigint {
  const digest = md5(new TextEncoder().encode(value));
  return new DataView(digest.buffer, digest.byteOffset, digest.length).getBigUint64(8);
}
