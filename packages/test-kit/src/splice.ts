/** A copy of `bytes` in which `[start, end)`, as far as there is such a place, is replaced. */
export function splice(
  bytes: Uint8Array,
  start: number,
  end: number,
  replacement: Uint8Array,
): Uint8Array {
  const head = bytes.subarray(0, start);
  const tail = bytes.subarray(end);
  const whole = new Uint8Array(head.length + replacement.length + tail.length);
  whole.set(head);
  whole.set(replacement, head.length);
  whole.set(tail, head.length + replacement.length);
  return whole;
}

export const NO_BYTES = new Uint8Array(0);
