import { NO_LABELS, type Profile } from '@emberscope/profile';
import { tracingOfLabels } from '../../parts/tracing-rows.ts';
import type { TracingRow } from '../codec/sample-sections.ts';

/** The distinct spans and traces of one profile's samples. */
export type ProfileTracing = {
  readonly rows: readonly TracingRow[];
  /** For each label set of a sample a row, or -1. */
  readonly rowOfSet: Int32Array;
};

/** Of a set that has not been looked at so far. */
const UNSEEN = -2;

/**
 * Undefined when no sample has a span or a trace: most services never send one. Looks at the sets that
 * samples have, as series of one profile share its table of them.
 */
export function tracingOfProfile(profile: Profile): ProfileTracing | undefined {
  const { samples, labelSets } = profile;
  if (labelSets.length <= 1) return undefined;
  const rows: TracingRow[] = [];
  const rowOfKey = new Map<string, number>();
  const rowOfSet = new Int32Array(labelSets.length).fill(UNSEEN);
  for (let i = 0; i < samples.length; i++) {
    const set = samples.labels[i] ?? 0;
    if (rowOfSet[set] !== UNSEEN) continue;
    rowOfSet[set] = -1;
    if (set === NO_LABELS) continue;
    const { span = '', trace = '' } = tracingOfLabels(profile, set);
    if (span === '' && trace === '') continue;
    const key = `${span} ${trace}`;
    let row = rowOfKey.get(key);
    if (row === undefined) {
      row = rows.length;
      rowOfKey.set(key, row);
      rows.push({ span, trace });
    }
    rowOfSet[set] = row;
  }
  return rows.length === 0 ? undefined : { rows, rowOfSet };
}
