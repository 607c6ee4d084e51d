import { NO_STACK, type Profile, pickInt64 } from '@emberscope/profile';

/**
 * A profile without the samples that have no stack at all: Pyroscope's pprof answers do not have them,
 * though its series count them. The profile itself when there is none.
 */
export function dropStackless(profile: Profile): Profile {
  const { samples } = profile;
  const rows: number[] = [];
  for (let row = 0; row < samples.length; row++) {
    if (samples.stack[row] !== NO_STACK) rows.push(row);
  }
  if (rows.length === samples.length) return profile;
  return {
    ...profile,
    samples: {
      length: rows.length,
      stack: Int32Array.from(rows, (row) => samples.stack[row] ?? NO_STACK),
      labels: Int32Array.from(rows, (row) => samples.labels[row] ?? 0),
      values: samples.values.map((column) => pickInt64(column, rows)),
    },
  };
}
