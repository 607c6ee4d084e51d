import type { Profile } from '@emberscope/profile';
import { tracingOfLabels } from '../../parts/tracing-rows.ts';
import type { TracingRow } from '../codec/sample-sections.ts';

/** The distinct spans and traces of one profile's samples. */
export type ProfileTracing = {
  readonly rows: readonly TracingRow[];
  /** For each label set of the profile a row, or -1. */
  readonly rowOfSet: Int32Array;
};

/** Undefined when no sample has a span or a trace: most services never send one. */
export function tracingOfProfile(profile: Profile): ProfileTracing | undefined {
  const rows: TracingRow[] = [];
  const rowOfKey = new Map<string, number>();
  let rowOfSet: Int32Array | undefined;
  for (let set = 1; set < profile.labelSets.length; set++) {
    const { span = '', trace = '' } = tracingOfLabels(profile, set);
    if (span === '' && trace === '') continue;
    const key = `${span} ${trace}`;
    let row = rowOfKey.get(key);
    if (row === undefined) {
      row = rows.length;
      rowOfKey.set(key, row);
      rows.push({ span, trace });
    }
    rowOfSet ??= new Int32Array(profile.labelSets.length).fill(-1);
    rowOfSet[set] = row;
  }
  return rowOfSet === undefined ? undefined : { rows, rowOfSet };
}
