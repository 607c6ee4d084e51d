/**
 * The `n`th largest of some numbers, 1 for the largest; they are put in another order meanwhile.
 * Numbers in the middle of a range part it into larger, equal and smaller ones, until the one wanted
 * is among the equal: ties, of which a profile has thousands, end it early.
 */
export function nthLargest(values: Float64Array, n: number): number {
  const wanted = n - 1;
  let low = 0;
  let high = values.length - 1;
  // Numbers may be sent in an order for which every pivot is the worst: then they are sorted.
  for (let steps = 4 * Math.ceil(Math.log2(values.length + 1)); low < high && steps > 0; steps--) {
    const pivot = medianOf(values[low], values[(low + high) >>> 1], values[high]);
    let larger = low;
    let smaller = high;
    for (let at = low; at <= smaller; ) {
      const value = values[at];
      if (value > pivot) {
        values[at++] = values[larger];
        values[larger++] = value;
      } else if (value < pivot) {
        values[at] = values[smaller];
        values[smaller--] = value;
      } else at++;
    }
    if (wanted < larger) high = larger - 1;
    else if (wanted > smaller) low = smaller + 1;
    else return pivot;
  }
  if (low < high) values.subarray(low, high + 1).sort((a, b) => b - a);
  return values[wanted];
}

function medianOf(a: number, b: number, c: number): number {
  return Math.max(Math.min(a, b), Math.min(Math.max(a, b), c));
}
