import type { View } from './flame-model.ts';

/** How long a zoom moves: long enough to see where it went, short enough not to wait for. */
export const ZOOM_MILLIS = 120;

/** The view `elapsedMillis` after a zoom began: fast at first, then slower (cubic ease-out). */
export function viewDuringZoom(from: View, to: View, elapsedMillis: number): View {
  if (elapsedMillis >= ZOOM_MILLIS) return to;
  const rest = 1 - Math.max(0, elapsedMillis) / ZOOM_MILLIS;
  const part = 1 - rest ** 3;
  // Both edges move, not the corner and the width: so neither leaves the way between its ends.
  const left = from.left + (to.left - from.left) * part;
  const fromRight = from.left + from.width;
  const right = fromRight + (to.left + to.width - fromRight) * part;
  return { left, width: right - left };
}
