import type { NodeIndex } from '@emberscope/profile';
import type { SampleUnit } from '@emberscope/units';
import { type KeyboardEvent, useEffect, useMemo, useRef, useState } from 'react';
import { Spacer } from '../ui/Spacer.tsx';
import { useWindowedRows } from '../ui/use-windowed-rows.ts';
import type { FlameModel } from './flame-model.ts';
import { wordsOfFrame } from './frame-words.ts';
import { type OpenRows, type TreeRow, visibleTreeRows } from './tree-rows.ts';

type CallTreeGridProps = {
  readonly model: FlameModel;
  readonly unit: SampleUnit;
  readonly allTotal: number;
  /** The node that the tree begins at; `NO_NODE` for everything. */
  readonly zoom: NodeIndex;
  readonly isMatch: Uint8Array | undefined;
  readonly onZoom: (node: NodeIndex) => void;
};

const ROW_PX = 26;
const INDENT_PX = 14;
/** Deeper rows are not indented further: the name must stay on screen. */
const INDENT_MAX_LEVEL = 24;

/**
 * The flame graph as rows: the same tree for screen readers, for the keyboard, and for who rather
 * reads. Keys are those of the treegrid pattern of ARIA's authoring practices.
 */
export function CallTreeGrid({ model, unit, allTotal, zoom, isMatch, onZoom }: CallTreeGridProps) {
  const box = useRef<HTMLDivElement>(null);
  const [open, setOpen] = useState<OpenRows>(new Map());
  const [currentKey, setCurrentKey] = useState('');
  const wantsFocus = useRef(false);
  const rows = useMemo(() => visibleTreeRows(model, zoom, open), [model, zoom, open]);
  const shown = useWindowedRows(box, rows.length, ROW_PX);
  const current = Math.max(
    0,
    rows.findIndex(({ key }) => key === currentKey),
  );

  useEffect(() => {
    if (!wantsFocus.current) return;
    wantsFocus.current = false;
    box.current?.querySelector<HTMLElement>('[tabindex="0"]')?.focus({ preventScroll: true });
  });

  const setRowOpen = ({ key }: TreeRow, isOpen: boolean) => {
    setOpen((before) => new Map(before).set(key, isOpen));
  };
  const goTo = (index: number) => {
    const row = rows[Math.max(0, Math.min(rows.length - 1, index))];
    if (row === undefined) return;
    setCurrentKey(row.key);
    wantsFocus.current = true;
    scrollRowIntoView(box.current, rows.indexOf(row));
  };

  const onKeyDown = (event: KeyboardEvent) => {
    const row = rows[current];
    if (row === undefined || event.ctrlKey || event.altKey || event.metaKey) return;
    switch (event.key) {
      case 'ArrowDown':
        goTo(current + 1);
        break;
      case 'ArrowUp':
        goTo(current - 1);
        break;
      case 'Home':
        goTo(0);
        break;
      case 'End':
        goTo(rows.length - 1);
        break;
      case 'ArrowRight':
        if (row.state === 'closed') setRowOpen(row, true);
        else if (row.state === 'open') goTo(current + 1);
        break;
      case 'ArrowLeft':
        if (row.state === 'open') setRowOpen(row, false);
        else goTo(rows.findLastIndex(({ level }, at) => at < current && level < row.level));
        break;
      case 'Enter':
        onZoom(row.node);
        break;
      case 'Backspace':
        if (zoom >= 0) onZoom(model.tree.parent[zoom] ?? -1);
        break;
      default:
        return;
    }
    event.preventDefault();
  };

  return (
    <div ref={box} className="grid-scroller">
      <table
        className="grid"
        // biome-ignore lint/a11y/noNoninteractiveElementToInteractiveRole: a treegrid is a table that is walked
        role="treegrid"
        aria-label="Call tree"
        aria-rowcount={rows.length + 1}
        onKeyDown={onKeyDown}
      >
        <thead>
          <tr aria-rowindex={1}>
            <th scope="col">Function</th>
            <th scope="col" className="is-number">
              Total
            </th>
            <th scope="col" className="is-number is-share">
              of all
            </th>
            <th scope="col" className="is-number is-extra">
              Self
            </th>
          </tr>
        </thead>
        <Spacer heightPx={shown.abovePx} />
        <tbody>
          {rows.slice(shown.first, shown.end).map((row, offset) => {
            const index = shown.first + offset;
            const words = wordsOfFrame(model, row.node, zoom, unit, allTotal);
            const isFound = isMatch?.[model.tree.frame[row.node] ?? 0] === 1;
            const indent = (Math.min(row.level, INDENT_MAX_LEVEL) - 1) * INDENT_PX;
            return (
              <tr
                key={row.key}
                className={isFound ? 'is-found' : isMatch === undefined ? '' : 'is-dimmed'}
                aria-level={row.level}
                aria-posinset={row.position}
                aria-setsize={row.siblingCount}
                aria-rowindex={index + 2}
                {...(row.state === 'leaf' ? {} : { 'aria-expanded': row.state === 'open' })}
                tabIndex={index === current ? 0 : -1}
                onFocus={() => setCurrentKey(row.key)}
                onDoubleClick={() => onZoom(row.node)}
              >
                <td className="tree-cell" style={{ paddingLeft: 6 + indent }}>
                  <button
                    type="button"
                    className={`twist is-${row.state}`}
                    tabIndex={-1}
                    aria-hidden="true"
                    onClick={() => setRowOpen(row, row.state === 'closed')}
                  />
                  <span className="grid-name" title={words.place}>
                    {words.name}
                  </span>
                  <span className="grid-place">{words.place}</span>
                </td>
                <td className="is-number">{words.total}</td>
                <td className="is-number is-share">{words.shareOfAll}</td>
                <td className="is-number is-extra">{words.self}</td>
              </tr>
            );
          })}
        </tbody>
        <Spacer heightPx={shown.belowPx} />
      </table>
    </div>
  );
}

function scrollRowIntoView(box: HTMLDivElement | null, index: number): void {
  if (box === null) return;
  const top = index * ROW_PX;
  // The head stays above the rows, and takes a row's height of the box.
  const bottom = top + 2 * ROW_PX;
  if (top < box.scrollTop) box.scrollTop = top;
  else if (bottom > box.scrollTop + box.clientHeight) box.scrollTop = bottom - box.clientHeight;
}
