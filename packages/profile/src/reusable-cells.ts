/**
 * Cells that a function works in and keeps for its next call: what is in them is whatever was there.
 * Large arrays that are new each time cost more than the work that is done in them: the pages are
 * new to the process, and V8 collects its whole heap once there were some megabytes. For functions
 * that hand none of these cells out and do not call themselves. No more than `keptCells` are kept.
 */
export function reusableInt32(keptCells = KEPT_CELLS): (length: number) => Int32Array<ArrayBuffer> {
  let kept = new Int32Array(0);
  return (length) => {
    if (length > keptCells) return new Int32Array(length);
    if (length > kept.length) kept = new Int32Array(roomFor(length, keptCells));
    return kept.subarray(0, length);
  };
}

/** The same of doubles. */
export function reusableFloat64(
  keptCells = KEPT_CELLS,
): (length: number) => Float64Array<ArrayBuffer> {
  let kept = new Float64Array(0);
  return (length) => {
    if (length > keptCells) return new Float64Array(length);
    if (length > kept.length) kept = new Float64Array(roomFor(length, keptCells));
    return kept.subarray(0, length);
  };
}

/** Trees that are drawn have fewer nodes; more is not kept. */
const KEPT_CELLS = 64 * 1024;

function roomFor(length: number, keptCells: number): number {
  return Math.min(keptCells, Math.max(1024, 2 * length));
}
