import {
  formatLabelSet,
  type LabelSet,
  labelSetFromRecord,
  parseSelector,
  relabel,
} from '@emberscope/labels';
import type { Environment } from '@emberscope/node-kit';
import { createLabelPolicy } from '../labels/label-policy.ts';
import { loadSettings } from './check.ts';
import type { CommandResult } from './command-result.ts';

const USAGE = `collector relabel test --config FILE --labels '{service_name="shop", pod="p-1"}'\n`;

/** `collector relabel test`: shows what each rule of a file makes of a set of labels. */
export async function runRelabelTest(
  argv: readonly string[],
  environment: Environment,
): Promise<CommandResult> {
  const [word, ...flags] = argv;
  const at = flags.findIndex((flag) => /^--?labels$/.test(flag));
  const text = at === -1 ? undefined : flags[at + 1];
  if (word !== 'test' || text === undefined) return { code: 2, text: USAGE };
  const given = readLabels(text);
  if (typeof given === 'string') return { code: 2, text: `${given}\n${USAGE}` };
  const loaded = await loadSettings(flags.toSpliced(at, 2), environment);
  if (!loaded.ok) return { code: 1, text: `${loaded.reasons.join('\n')}\n` };

  const { settings } = loaded;
  const policy = createLabelPolicy({
    external: settings.externalLabels,
    conflictWinner: settings.conflictWinner,
    rules: settings.relabelRules,
  });
  let current = policy.withExternal(given);
  const lines = [`given            ${formatLabelSet(given)}`];
  lines.push(`external labels  ${difference(given, current)}`);
  for (const [i, rule] of policy.rules.entries()) {
    const title = `rule ${i + 1} ${rule.action}`.padEnd(16);
    const result = relabel(current, [rule]);
    if (result.kind === 'dropped') {
      lines.push(`${title} drops it`);
      return { code: 0, text: `${lines.join('\n')}\n` };
    }
    lines.push(`${title} ${difference(current, result.labelSet)}`);
    current = result.labelSet;
  }
  const result = policy.apply(given);
  lines.push(`sent             ${result.kind === 'kept' ? formatLabelSet(result.labelSet) : 'no'}`);
  return { code: 0, text: `${lines.join('\n')}\n` };
}

/** The set, or why the text is none. */
function readLabels(text: string): LabelSet | string {
  const parsed = parseSelector(text);
  if (!parsed.ok) return `--labels ${text}: ${parsed.reason}`;
  const labels: [name: string, value: string][] = [];
  for (const matcher of parsed.matchers) {
    if (matcher.op !== '=') return `--labels ${text}: labels are written name="value"`;
    labels.push([matcher.name, matcher.value]);
  }
  return labelSetFromRecord(Object.fromEntries(labels));
}

function difference(before: LabelSet, after: LabelSet): string {
  const valueIn = (set: LabelSet, name: string) => set.labels.find((l) => l.name === name)?.value;
  const changes = [
    ...before.labels
      .filter(({ name }) => valueIn(after, name) === undefined)
      .map(({ name }) => `-${name}`),
    ...after.labels
      .filter(({ name, value }) => valueIn(before, name) !== value)
      .map(({ name, value }) => `${name}="${value}"`),
  ];
  return changes.length === 0 ? 'changes nothing' : changes.join(' ');
}
