import { NO_NODE, type NodeIndex } from '@emberscope/profile';
import { formatShare, formatValue, type SampleUnit } from '@emberscope/units';
import { useMemo, useRef } from 'react';
import type { FlameModel } from '../flame-graph/flame-model.ts';
import { placeOf } from '../flame-graph/frame-words.ts';
import type { FunctionRef, Sort } from '../page-state.ts';
import { Spacer } from '../ui/Spacer.tsx';
import { useWindowedRows } from '../ui/use-windowed-rows.ts';
import { costsByFunction, sortFunctions } from './function-rows.ts';

type FunctionTableProps = {
  readonly model: FlameModel;
  readonly unit: SampleUnit;
  readonly allTotal: number;
  /** Only what this node holds is counted; `NO_NODE` for everything. */
  readonly zoom: NodeIndex;
  readonly isMatch: Uint8Array | undefined;
  readonly sort: Sort;
  readonly onSort: (sort: Sort) => void;
  readonly onDetails: (shown: FunctionRef) => void;
};

const ROW_PX = 28;

/** Every function of the view with what it cost, sorted as the reader likes; a search narrows it. */
export function FunctionTable(props: FunctionTableProps) {
  const { model, unit, allTotal, zoom, isMatch, sort, onSort, onDetails } = props;
  const box = useRef<HTMLDivElement>(null);
  const { tree, ends } = model;
  const costs = useMemo(() => costsByFunction(tree, ends, zoom), [tree, ends, zoom]);
  const rows = useMemo(
    () => sortFunctions(tree, costs, sort, isMatch),
    [tree, costs, sort, isMatch],
  );
  const shown = useWindowedRows(box, rows.length, ROW_PX);
  const largest = Math.max(
    1,
    ...rows.slice(0, 1).map((row) => (sort === 'self' ? row.self : row.total)),
  );
  const head = (column: Sort, title: string) => (
    <SortHead column={column} title={title} sort={sort} onSort={onSort} />
  );

  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: who scrolls by keys needs to reach the box
    <section ref={box} className="grid-scroller" tabIndex={0} aria-label="Functions">
      <table className="grid" aria-rowcount={rows.length + 1}>
        <thead>
          <tr aria-rowindex={1}>
            {head('name', 'Function')}
            {head('self', 'Self')}
            <th scope="col" className="is-number is-share is-extra">
              of all
            </th>
            {head('total', 'Total')}
            <th scope="col" className="is-number is-share">
              of all
            </th>
          </tr>
        </thead>
        <Spacer heightPx={shown.abovePx} />
        <tbody>
          {rows.slice(shown.first, shown.end).map(({ frame, self, total }, offset) => {
            const name = tree.frames.name[frame] ?? '';
            const file = tree.frames.file[frame] ?? '';
            const line = tree.frames.line[frame] ?? 0;
            const place = placeOf(file, line);
            const bar = (sort === 'self' ? self : total) / largest;
            return (
              <tr key={frame} aria-rowindex={shown.first + offset + 2}>
                <td className="tree-cell">
                  <span className="grid-bar" style={{ width: `${Math.min(1, bar) * 100}%` }} />
                  <button
                    type="button"
                    className="grid-name is-link"
                    title={`Lines, callers and callees of ${name}${place === '' ? '' : `\n${place}`}`}
                    onClick={() => onDetails({ name, file, line })}
                  >
                    {name === '' ? '(no name)' : name}
                  </button>
                  <span className="grid-place">{place}</span>
                </td>
                <td className="is-number">{formatValue(self, unit)}</td>
                <td className="is-number is-share is-extra">{formatShare(self, allTotal)}</td>
                <td className="is-number">{formatValue(total, unit)}</td>
                <td className="is-number is-share">{formatShare(total, allTotal)}</td>
              </tr>
            );
          })}
        </tbody>
        <Spacer heightPx={shown.belowPx} />
      </table>
      {rows.length === 0 && (
        <p className="grid-empty">
          {zoom === NO_NODE ? 'No function matches.' : 'No function matches within this frame.'}
        </p>
      )}
    </section>
  );
}

type SortHeadProps = {
  readonly column: Sort;
  readonly title: string;
  readonly sort: Sort;
  readonly onSort: (sort: Sort) => void;
};

function SortHead({ column, title, sort, onSort }: SortHeadProps) {
  const isSorted = sort === column;
  const order = column === 'name' ? 'ascending' : 'descending';
  return (
    <th
      scope="col"
      className={column === 'name' ? '' : 'is-number'}
      aria-sort={isSorted ? order : 'none'}
    >
      <button type="button" className="sort-button" onClick={() => onSort(column)}>
        {title}
        <span className="sort-mark" aria-hidden="true">
          {isSorted ? (column === 'name' ? '▴' : '▾') : ''}
        </span>
      </button>
    </th>
  );
}
