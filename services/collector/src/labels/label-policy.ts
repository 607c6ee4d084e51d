import {
  compileRelabelRule,
  filterLabels,
  type Label,
  type LabelSet,
  labelValue,
  type RelabelConfig,
  type Relabelled,
  type RelabelRule,
  relabel,
  withLabels,
} from '@emberscope/labels';

/** What the configuration says of labels: plain data, for threads get a copy. */
export type LabelPolicyConfig = {
  readonly external: readonly Label[];
  /** Whose value stays where the agent sends a label of the same name. */
  readonly conflictWinner: ConflictWinner;
  readonly rules: readonly RelabelConfig[];
};

export type ConflictWinner = 'external' | 'agent';

export type LabelPolicy = {
  /** External labels first, rules second. A set that a rule drops is not delivered. */
  apply(set: LabelSet): Relabelled;
  /** External labels that the rules below see, for `relabel test`. */
  withExternal(set: LabelSet): LabelSet;
  readonly rules: readonly RelabelRule[];
};

/** Rules were checked when the settings were read: one that does not compile is a mistake of ours. */
export function createLabelPolicy(config: LabelPolicyConfig): LabelPolicy {
  const { external, conflictWinner } = config;
  const rules = config.rules.map(compiled);
  const all = Object.fromEntries(external.map(({ name, value }) => [name, value]));

  function withExternal(set: LabelSet): LabelSet {
    if (external.length === 0) return set;
    if (conflictWinner === 'external') return withLabels(set, all);
    const absent = external.filter(({ name }) => labelValue(set, name) === '');
    return withLabels(set, Object.fromEntries(absent.map(({ name, value }) => [name, value])));
  }

  function apply(set: LabelSet): Relabelled {
    const result = relabel(withExternal(set), rules);
    if (result.kind === 'dropped' || rules.length === 0) return result;
    const labelSet = filterLabels(result.labelSet, (name) => !name.startsWith(TEMPORARY_PREFIX));
    return { kind: 'kept', labelSet };
  }

  return { apply, withExternal, rules };
}

/** Prometheus keeps this prefix free for what rules tell each other; it never leaves the house. */
const TEMPORARY_PREFIX = '__tmp';

function compiled(config: RelabelConfig): RelabelRule {
  // Names of real agents have dots, so rules may write any name.
  const result = compileRelabelRule(config, 'utf8');
  if (!result.ok) throw new Error(`a rule passed the settings: ${result.field}: ${result.reason}`);
  return result.rule;
}
