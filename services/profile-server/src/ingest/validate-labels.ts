import { isUtf8LabelName, LABEL, type Label } from '@emberscope/labels';
import { compareUtf8, utf8Bytes } from '@emberscope/units';
import type { IngestLimits } from './ingest-limits.ts';
import { invalid, type Refusal } from './refusal.ts';

export type ValidLabels =
  | { readonly ok: true; readonly labels: readonly Label[] }
  | { readonly ok: false; readonly refusal: Refusal };

/**
 * Checks the labels of a series, in the order and the words of `ValidateLabels` in Pyroscope's
 * `pkg/validation/validate.go`. `labels` come sorted by name, and may hold a name twice.
 */
export function validateLabels(labels: readonly Label[], limits: IngestLimits): ValidLabels {
  const set = formatLabels(labels);
  const refuse = (refusal: Refusal): ValidLabels => ({ ok: false, refusal });
  if (labels.length === 0) {
    return refuse(
      invalid('missing_labels', 'error at least one label pair is required per profile'),
    );
  }
  const { maxLabelNames } = limits;
  if (maxLabelNames > 0 && labels.length > maxLabelNames) {
    return refuse(
      invalid(
        'max_label_names_per_series',
        `profile series '${set}' has ${labels.length} label names; limit ${maxLabelNames}`,
      ),
    );
  }
  const isWithout = (name: string) =>
    !labels.some((label) => label.name === name && label.value !== '');
  if (isWithout(LABEL.profileName)) {
    return refuse(invalid('invalid_labels', invalidText(set, 'invalid metric name')));
  }
  if (isWithout(LABEL.serviceName)) {
    return refuse(invalid('missing_labels', invalidText(set, 'service name is not provided')));
  }
  return checkEach(labels, set, limits);
}

function checkEach(labels: readonly Label[], set: string, limits: IngestLimits): ValidLabels {
  const refuse = (refusal: Refusal): ValidLabels => ({ ok: false, refusal });
  const { maxLabelNameBytes, maxLabelValueBytes, sanitizesLabels } = limits;
  const checked = new Map<string, string>();
  let previous: string | undefined;
  for (const { name, value } of labels) {
    if (isLonger(name, maxLabelNameBytes)) {
      const reason = `profile with labels '${set}' has label name too long: '${name}'`;
      return refuse(invalid('label_name_too_long', reason));
    }
    if (isLonger(value, maxLabelValueBytes)) {
      const reason = `profile with labels '${set}' has label value too long: '${value}'`;
      return refuse(invalid('label_value_too_long', reason));
    }
    const plain = sanitizesLabels ? sanitize(name) : name;
    if (plain === undefined || !isUtf8LabelName(plain)) {
      return refuse(invalid('invalid_labels', invalidText(set, `invalid label name '${name}'`)));
    }
    if (plain !== name) {
      const clash = checked.get(plain) ?? labels.find((label) => label.name === plain)?.value;
      if (clash !== undefined && clash !== value) {
        const reason = `profile with labels '${set}' has duplicate label name '${plain}' after label name sanitization from '${name}'`;
        return refuse(invalid('duplicate_label_names', reason));
      }
    } else if (name === previous) {
      const reason = `profile with labels '${set}' has duplicate label name: '${name}'`;
      return refuse(invalid('duplicate_label_names', reason));
    }
    previous = name;
    checked.set(plain, value);
  }
  return { ok: true, labels: sortLabels([...checked].map(([name, value]) => ({ name, value }))) };
}

/** The order in which labels are checked and shown. Equal names stay in the order they came in. */
export function sortLabels(labels: readonly Label[]): Label[] {
  return [...labels].sort((a, b) => compareUtf8(a.name, b.name));
}

/** `{a="b", c="d"}`, as Pyroscope's messages print label sets. */
export function formatLabels(labels: readonly Label[]): string {
  return `{${labels.map(({ name, value }) => `${name}="${value}"`).join(', ')}}`;
}

function invalidText(set: string, why: string): string {
  return `invalid labels '${set}' with error: ${why}`;
}

function isLonger(text: string, limitBytes: number): boolean {
  // A UTF-16 unit is at most three bytes: most texts need no counting.
  if (limitBytes === 0 || text.length * 3 <= limitBytes) return false;
  return utf8Bytes(text) > limitBytes;
}

/** Letters, digits and underscores, dots made underscores; undefined for any other name. */
function sanitize(name: string): string | undefined {
  return /^[A-Za-z_.][A-Za-z0-9_.]*$/.test(name) ? name.replaceAll('.', '_') : undefined;
}
