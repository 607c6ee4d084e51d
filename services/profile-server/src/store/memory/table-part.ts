import type { Int64Column } from '@emberscope/profile';
import type { PartTable, SampleRun } from '../parts/part-table.ts';
import type { TenantTable } from './head.ts';

/** A run that can be set to another row. */
type MovingRun = { -readonly [Key in keyof SampleRun]: SampleRun[Key] };

const NO_VALUES: Int64Column = new Float64Array(0);

/** A table as answers see it, as it stands: samples are windows on its columns. */
export function partTableOf({ table, registry }: TenantTable): PartTable {
  const columns = table.columns();
  const { samples, sampleStart, remarks } = columns;
  // One for all rows: hot loops ask for hundreds of thousands.
  const run: MovingRun = {
    stack: samples.stack,
    values: NO_VALUES,
    tracing: samples.tracing,
    tracingRows: table.tracing,
    start: 0,
    end: 0,
  };
  return {
    kind: table.kind,
    dictionary: table.dictionary,
    registry,
    columns,
    idAt: table.ids.at,
    isIdWanted: table.ids.isWantedAt,
    remarksAt: (row) => table.remarks.at(remarks[row] ?? 0),
    samplesOf(row, type) {
      run.values = samples.values[type] ?? NO_VALUES;
      run.start = sampleStart[row] ?? 0;
      run.end = sampleStart[row + 1] ?? 0;
      return run;
    },
  };
}
