import { DamagedBytes } from '../codec/damaged-bytes.ts';
import { MAX_VARINT32_BYTES, readVarints32, writeVarint32 } from '../codec/varint-runs.ts';

/*
 * The pages of a block, stack by stack instead of row by row: rows of a service have mostly the same
 * stacks, and a stack has mostly like values, so that deflate makes a third less of them.
 *
 *     ids      number of stacks v; (stack + 1) - the one before, v, of each; number of its samples, v,
 *              of each; then of each sample: row - the row of the stack's sample before it, v
 *     column   how each row's column begins (mode u8, then what goes before its values); then of each
 *              sample the value as it stands in its row
 *
 * Samples stand in the order of stacks, the ones with most samples first, of equals the lower one:
 * who is rare is where it disturbs nobody. Both directions keep every byte: by row again, pages are
 * as they were.
 */

/** The samples of a block in the order of their stacks. */
export type StackOrder = {
  readonly rowCount: number;
  /** Samples of a row lie from `rowStart[row]` to the next one's. */
  readonly rowStart: Int32Array;
  /** The row of each sample, in the order of stacks. */
  readonly rowOf: Uint32Array;
  /** The place of each sample in the order of stacks, in that of rows. */
  readonly placeOf: Int32Array;
};

/** A page of ids in one order or the other, and how to get from one to the other. */
export type OrderedIds = { readonly page: Uint8Array; readonly order: StackOrder };

/** Rows that share fewer stacks become larger by it. */
const MIN_SAMPLES_PER_STACK = 1.1;
/** Stacks are numbered in 32 bits, and 0 is for none. */
const MAX_ID = 2 ** 32 - 1;
/** Cells that are looked at in the time that it takes to sort one id in. */
const SCANNED_PER_ID = 32;
/** A cell for each id is fast while there are not too many: dictionaries end at 4 M stacks. */
const MAX_DENSE_ID = 8_000_000;

/** Puts pages of ids into the order of stacks; undefined where too few rows share any. */
export type StackOrderer = (page: Uint8Array, rowCount: number) => OrderedIds | undefined;

export function createStackOrderer(): StackOrderer {
  /** By id: the number of its samples, and then the place of its stack. All 0 between two pages. */
  let ofId = new Int32Array(0);

  return (page, rowCount) => {
    const { idOf, rowStart, largestId } = readIdRows(page, rowCount);
    if (largestId > MAX_DENSE_ID) return undefined;
    if (ofId.length <= largestId) ofId = new Int32Array(Math.ceil(1.5 * (largestId + 1)));
    const ids = distinctIds(idOf, ofId, largestId);
    const ordered =
      ids.length === 0 || idOf.length < MIN_SAMPLES_PER_STACK * ids.length
        ? undefined
        : orderStacks(idOf, ids, ofId, rowStart);
    for (let i = 0; i < ids.length; i++) ofId[ids[i] ?? 0] = 0;
    return ordered;
  };
}

/** The ids that there are, ascending; counts how often in `ofId`. */
function distinctIds(idOf: Uint32Array, ofId: Int32Array, largestId: number): Uint32Array {
  const ids = new Uint32Array(idOf.length);
  let length = 0;
  for (let i = 0; i < idOf.length; i++) {
    const id = idOf[i] ?? 0;
    const count = ofId[id] ?? 0;
    if (count === 0) ids[length++] = id;
    ofId[id] = count + 1;
  }
  const distinct = ids.subarray(0, length);
  // Going through all ids that may be there is faster than to sort those that are.
  if (largestId > SCANNED_PER_ID * length) return distinct.sort();
  let found = 0;
  for (let id = 0; id <= largestId; id++) if (ofId[id] !== 0) distinct[found++] = id;
  return distinct;
}

function orderStacks(
  idOf: Uint32Array,
  ids: Uint32Array,
  ofId: Int32Array,
  rowStart: Int32Array,
): OrderedIds {
  const count = idOf.length;
  const rowCount = rowStart.length - 1;
  const out = new Uint8Array((1 + 2 * ids.length + count) * MAX_VARINT32_BYTES);
  const counts = new Uint32Array(ids.length);
  let length = writeVarint32(out, 0, ids.length);
  let before = 0;
  for (let stack = 0; stack < ids.length; stack++) {
    const id = ids[stack] ?? 0;
    length = writeVarint32(out, length, id - before);
    before = id;
    counts[stack] = ofId[id] ?? 0;
    ofId[id] = stack;
  }
  for (const ofStack of counts) length = writeVarint32(out, length, ofStack);
  const { firstOf, ranked } = rankStacks(counts);
  const rowOf = new Uint32Array(count);
  const placeOf = new Int32Array(count);
  const next = firstOf.slice();
  for (let row = 0; row < rowCount; row++) {
    const end = rowStart[row + 1] ?? 0;
    for (let sample = rowStart[row] ?? 0; sample < end; sample++) {
      const stack = ofId[idOf[sample] ?? 0] ?? 0;
      const place = next[stack] ?? 0;
      next[stack] = place + 1;
      placeOf[sample] = place;
      rowOf[place] = row;
    }
  }
  let place = 0;
  for (const stack of ranked) {
    let rowBefore = 0;
    for (const end = place + (counts[stack] ?? 0); place < end; place++) {
      const row = rowOf[place] ?? 0;
      length = writeVarint32(out, length, row - rowBefore);
      rowBefore = row;
    }
  }
  return { page: out.slice(0, length), order: { rowCount, rowStart, rowOf, placeOf } };
}

/** The other way. Throws {@link DamagedBytes} for what is no such page. */
export function idsToRows(page: Uint8Array, rowCount: number): OrderedIds {
  const head = new Uint32Array(1);
  let at = readVarints32(page, 0, head);
  const stackCount = head[0] ?? 0;
  // Each takes a byte here, one there, and one for each of its samples.
  if (3 * stackCount > page.length) throw new DamagedBytes(`${stackCount} stacks of a block`);
  const distances = new Uint32Array(stackCount);
  at = readVarints32(page, at, distances);
  const counts = new Uint32Array(stackCount);
  at = readVarints32(page, at, counts);
  let count = 0;
  for (const ofStack of counts) {
    if (ofStack === 0) throw new DamagedBytes('a stack without a sample');
    count += ofStack;
  }
  if (count > page.length - at) {
    throw new DamagedBytes(`${count} samples in ${page.length - at} bytes`);
  }
  // Gaps first, and rows in their place: fresh memory is a good part of what a block costs.
  const rowOf = new Uint32Array(count);
  at = readVarints32(page, at, rowOf);
  if (at < page.length) throw new DamagedBytes(`${page.length - at} bytes behind the ids`);

  const { firstOf, ranked } = rankStacks(counts);
  const rowStart = new Int32Array(rowCount + 1);
  let place = 0;
  for (const stack of ranked) {
    let row = 0;
    for (const end = place + (counts[stack] ?? 0); place < end; place++) {
      row += rowOf[place] ?? 0;
      if (row >= rowCount) throw new DamagedBytes(`a sample of row ${row} of ${rowCount}`);
      rowOf[place] = row;
      rowStart[row + 1] = (rowStart[row + 1] ?? 0) + 1;
    }
  }
  for (let row = 0; row < rowCount; row++) {
    rowStart[row + 1] = (rowStart[row + 1] ?? 0) + (rowStart[row] ?? 0);
  }
  const placeOf = new Int32Array(count);
  const idOf = new Uint32Array(count);
  const next = rowStart.slice(0, rowCount);
  let id = 0;
  for (let stack = 0; stack < stackCount; stack++) {
    id += distances[stack] ?? 0;
    if (id > MAX_ID) throw new DamagedBytes(`a stack ${id} of a block`);
    const first = firstOf[stack] ?? 0;
    const end = first + (counts[stack] ?? 0);
    for (let of = first; of < end; of++) {
      const row = rowOf[of] ?? 0;
      const sample = next[row] ?? 0;
      next[row] = sample + 1;
      placeOf[sample] = of;
      idOf[sample] = id;
    }
  }
  return {
    page: writeIdRows(idOf, rowStart, rowCount),
    order: { rowCount, rowStart, rowOf, placeOf },
  };
}

function readIdRows(page: Uint8Array, rowCount: number) {
  const ids = new Uint32Array(page.length);
  const rowStart = new Int32Array(rowCount + 1);
  const head = new Uint32Array(1);
  let at = 0;
  let count = 0;
  let largestId = 0;
  for (let row = 0; row < rowCount; row++) {
    at = readVarints32(page, at, head);
    const end = count + (head[0] ?? 0);
    if (end > page.length) throw new DamagedBytes(`${end} ids in ${page.length} bytes`);
    at = readVarints32(page, at, ids.subarray(count, end));
    let id = 0;
    for (; count < end; count++) {
      id += ids[count] ?? 0;
      ids[count] = id;
    }
    if (id > largestId) largestId = id;
    rowStart[row + 1] = count;
  }
  return { idOf: ids.subarray(0, count), rowStart, largestId };
}

function writeIdRows(idOf: Uint32Array, rowStart: Int32Array, rowCount: number): Uint8Array {
  const out = new Uint8Array((rowCount + idOf.length) * MAX_VARINT32_BYTES);
  let length = 0;
  for (let row = 0; row < rowCount; row++) {
    const start = rowStart[row] ?? 0;
    const end = rowStart[row + 1] ?? 0;
    length = writeVarint32(out, length, end - start);
    let before = 0;
    for (let sample = start; sample < end; sample++) {
      const id = idOf[sample] ?? 0;
      length = writeVarint32(out, length, id - before);
      before = id;
    }
  }
  return out.slice(0, length);
}

/** Stacks by their number of samples, the most first, and where the samples of each begin then. */
function rankStacks(counts: ArrayLike<number>) {
  let most = 0;
  for (let stack = 0; stack < counts.length; stack++) most = Math.max(most, counts[stack] ?? 0);
  /** How many stacks have more samples than so many. */
  const next = new Int32Array(most + 2);
  for (let stack = 0; stack < counts.length; stack++) {
    const fewer = (counts[stack] ?? 0) - 1;
    next[fewer] = (next[fewer] ?? 0) + 1;
  }
  for (let of = most - 1; of >= 0; of--) next[of] = (next[of] ?? 0) + (next[of + 1] ?? 0);
  const ranked = new Int32Array(counts.length);
  for (let stack = 0; stack < counts.length; stack++) {
    const of = counts[stack] ?? 0;
    const rank = next[of] ?? 0;
    next[of] = rank + 1;
    ranked[rank] = stack;
  }
  const firstOf = new Int32Array(counts.length);
  let first = 0;
  for (const stack of ranked) {
    firstOf[stack] = first;
    first += counts[stack] ?? 0;
  }
  return { ranked, firstOf };
}
