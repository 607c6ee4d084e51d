export type LabelValues<Label extends string> = Readonly<Record<Label, string>>;

/** Answers the values to count under. */
export type LabelGuard<Label extends string> = (
  values: LabelValues<Label> | undefined,
) => Record<string, string>;

/** What stands in every label for the combinations past the limit. */
export const OTHER = 'other';

/**
 * Lets the first `maxSeries` combinations of label values through and answers `other` for the rest,
 * so that no client can make a metric grow without end by what it sends.
 */
export function createLabelGuard<Label extends string>(
  labels: readonly Label[],
  maxSeries: number,
  onFolded: () => void,
): LabelGuard<Label> {
  const seen = new Set<string>();
  const others = Object.fromEntries(labels.map((label) => [label, OTHER]));
  return (values) => {
    if (labels.length === 0) return {};
    const given = labels.map((label) => values?.[label] ?? '');
    const key = given.map((value) => `${value.length}:${value}`).join();
    if (!seen.has(key)) {
      if (seen.size >= maxSeries) {
        onFolded();
        return others;
      }
      seen.add(key);
    }
    return { ...values };
  };
}
