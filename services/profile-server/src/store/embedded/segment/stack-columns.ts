import { createByteWriter } from '../codec/byte-writer.ts';
import { DamagedBytes } from '../codec/damaged-bytes.ts';
import { hasValues, isMultiple, skipColumnHead } from '../codec/sample-sections.ts';
import type { StackOrder } from './stack-order.ts';

const NO_VALUE = -1;

/** Whether the column of any row is a multiple of the one before, and needs that one to be read. */
export function hasMultiples(page: Uint8Array, rowCount: number): boolean {
  let at = 0;
  for (let row = 0; row < rowCount; row++) {
    if (isMultiple(page[at])) return true;
    at = skipColumnHead(page, at, page.length);
  }
  return false;
}

/** Puts a page of values into the order of stacks. */
export function columnToStacks(
  page: Uint8Array,
  { rowCount, rowStart, rowOf, placeOf }: StackOrder,
): Uint8Array {
  const heads = createByteWriter();
  const startOf = new Int32Array(rowOf.length).fill(NO_VALUE);
  let at = 0;
  for (let row = 0; row < rowCount; row++) {
    const head = skipColumnHead(page, at, page.length);
    heads.bytes(page.subarray(at, head));
    const isWithValues = hasValues(page[at]);
    at = head;
    if (!isWithValues) continue;
    for (let sample = rowStart[row] ?? 0; sample < (rowStart[row + 1] ?? 0); sample++) {
      startOf[placeOf[sample] ?? 0] = at;
      at = endOfVarint(page, at);
    }
  }
  const out = new Uint8Array(page.length);
  out.set(heads.view());
  let length = heads.length();
  for (const start of startOf)
    if (start !== NO_VALUE) length = copyVarint(page, start, out, length);
  return out;
}

/** The other way. Throws {@link DamagedBytes} for what is no such page. */
export function columnToRows(
  page: Uint8Array,
  { rowCount, rowStart, rowOf, placeOf }: StackOrder,
): Uint8Array {
  const headStart = new Int32Array(rowCount + 1);
  const isWithValues = new Uint8Array(rowCount);
  let at = 0;
  for (let row = 0; row < rowCount; row++) {
    if (hasValues(page[at])) isWithValues[row] = 1;
    at = skipColumnHead(page, at, page.length);
    headStart[row + 1] = at;
  }
  const startOf = new Int32Array(rowOf.length);
  for (let place = 0; place < rowOf.length; place++) {
    if (isWithValues[rowOf[place] ?? 0] === 0) continue;
    startOf[place] = at;
    at = endOfVarint(page, at);
  }
  if (at !== page.length) throw new DamagedBytes(`${page.length - at} bytes behind a column`);
  const out = new Uint8Array(page.length);
  let length = 0;
  for (let row = 0; row < rowCount; row++) {
    const end = headStart[row + 1] ?? 0;
    for (let head = headStart[row] ?? 0; head < end; head++) out[length++] = page[head] ?? 0;
    if (isWithValues[row] === 0) continue;
    for (let sample = rowStart[row] ?? 0; sample < (rowStart[row + 1] ?? 0); sample++) {
      length = copyVarint(page, startOf[placeOf[sample] ?? 0] ?? 0, out, length);
    }
  }
  return out;
}

/** Nearly every value is a byte or two: a call for each would cost more than the value. */
function copyVarint(from: Uint8Array, start: number, to: Uint8Array, length: number): number {
  let at = start;
  let end = length;
  let byte = from[at] ?? 0;
  while (byte >= 128) {
    to[end++] = byte;
    byte = from[++at] ?? 0;
  }
  to[end++] = byte;
  return end;
}

function endOfVarint(bytes: Uint8Array, start: number): number {
  let at = start;
  while ((bytes[at] ?? 0) >= 128) at++;
  if (at >= bytes.length) throw new DamagedBytes(`a value that does not end at ${start}`);
  return at + 1;
}
