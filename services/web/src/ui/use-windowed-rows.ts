import { type RefObject, useEffect, useState } from 'react';

/** Which rows of a long list are on screen, and how high the rest is. */
export type WindowedRows = {
  readonly first: number;
  /** One behind the last. */
  readonly end: number;
  readonly abovePx: number;
  readonly belowPx: number;
};

/** Rows drawn beyond either edge, so that a fast scroll shows rows and not a hole. */
const SPARE_ROWS = 12;

/** The arithmetic alone: rows of one height in a scrolled box. */
export function windowRows(
  rowCount: number,
  rowPx: number,
  scrollTopPx: number,
  heightPx: number,
): WindowedRows {
  const first = Math.max(0, Math.min(rowCount, Math.floor(scrollTopPx / rowPx)) - SPARE_ROWS);
  const end = Math.min(rowCount, Math.ceil((scrollTopPx + heightPx) / rowPx) + SPARE_ROWS);
  return { first, end, abovePx: first * rowPx, belowPx: Math.max(0, rowCount - end) * rowPx };
}

/** Follows the scroll position and height of a box. */
export function useWindowedRows(
  box: RefObject<HTMLElement | null>,
  rowCount: number,
  rowPx: number,
): WindowedRows {
  const [place, setPlace] = useState({ scrollTopPx: 0, heightPx: 800 });
  useEffect(() => {
    const element = box.current;
    if (element === null) return;
    const follow = () =>
      setPlace({ scrollTopPx: element.scrollTop, heightPx: element.clientHeight });
    const observer = new ResizeObserver(follow);
    observer.observe(element);
    element.addEventListener('scroll', follow, { passive: true });
    return () => {
      observer.disconnect();
      element.removeEventListener('scroll', follow);
    };
  }, [box]);
  return windowRows(rowCount, rowPx, place.scrollTopPx, place.heightPx);
}
