import type { DictionaryRows, DictionaryView, RowCounts } from '../../codec/dictionary-rows.ts';
import { blankRows, createRowColumns, NOTHING } from '../../codec/row-columns.ts';

export type CollectedRows = {
  readonly counts: () => RowCounts;
  append(rows: DictionaryRows): void;
  view(): DictionaryView;
};

/** Dictionary rows behind `before`, kept as they come: for a flush that knows no earlier ones. */
export function collectRows(before: RowCounts): CollectedRows {
  const columns = createRowColumns(NOTHING);
  // Nobody looks at those before.
  columns.append(blankRows(NOTHING, before));
  return columns;
}
