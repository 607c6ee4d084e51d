import { useLayoutEffect, useRef } from 'react';
import type { FrameWords } from './frame-words.ts';

/** The box that is explained, in CSS pixels of the picture, and where the pointer is. */
export type TooltipAnchor = {
  readonly pointerX: number;
  readonly boxTop: number;
  readonly boxBottom: number;
};

type FlameTooltipProps = { readonly words: FrameWords; readonly anchor: TooltipAnchor };

const MARGIN_PX = 6;

/**
 * Where a tooltip goes: below the box if it fits into the window there, else above it, so that it never
 * covers what it explains; along the pointer, but within the picture. All in one system of pixels.
 */
export function placeTooltip(
  anchor: TooltipAnchor,
  size: { readonly width: number; readonly height: number },
  room: { readonly width: number; readonly top: number; readonly bottom: number },
): { readonly x: number; readonly y: number } {
  const below = anchor.boxBottom + MARGIN_PX;
  const above = anchor.boxTop - MARGIN_PX - size.height;
  const fitsBelow = below + size.height <= room.bottom;
  const y = fitsBelow || above < room.top ? below : above;
  const x = Math.max(0, Math.min(anchor.pointerX + 12, room.width - size.width));
  return { x, y };
}

export function FlameTooltip({ words, anchor }: FlameTooltipProps) {
  const { ofView } = words;
  const box = useRef<HTMLDivElement>(null);

  // Its size is known only once it is there; before the paint, so nobody sees it move.
  useLayoutEffect(() => {
    const element = box.current;
    const frame = element?.offsetParent;
    if (element === null || !(frame instanceof HTMLElement)) return;
    const top = -frame.getBoundingClientRect().top;
    const room = { width: frame.clientWidth, top, bottom: top + window.innerHeight };
    const size = { width: element.offsetWidth, height: element.offsetHeight };
    const { x, y } = placeTooltip(anchor, size, room);
    element.style.transform = `translate(${Math.round(x)}px, ${Math.round(y)}px)`;
  });

  return (
    <div ref={box} className="flame-tooltip" aria-hidden="true">
      <div className="tooltip-name">{words.name}</div>
      {words.place !== '' && <div className="tooltip-place">{words.place}</div>}
      <table className="tooltip-costs">
        <thead>
          <tr>
            <th>{words.origin}</th>
            <td />
            {ofView && <td>of view</td>}
            <td>of all</td>
          </tr>
        </thead>
        <tbody>
          <tr>
            <th>Total</th>
            <td>{words.total}</td>
            {ofView && <td>{ofView.share}</td>}
            <td>{words.shareOfAll}</td>
          </tr>
          <tr>
            <th>Self</th>
            <td>{words.self}</td>
            {ofView && <td>{ofView.selfShare}</td>}
            <td>{words.selfShareOfAll}</td>
          </tr>
        </tbody>
      </table>
      {words.note !== '' && <p className="tooltip-note">{words.note}</p>}
    </div>
  );
}
