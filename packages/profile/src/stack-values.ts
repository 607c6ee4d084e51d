import {
  type Cells,
  type Int64Arithmetic,
  type Int64Column,
  isWide,
  narrowArithmetic,
  sumsStayNarrow,
  wideArithmetic,
  widen,
} from './int64-column.ts';
import { NO_STACK, type StackTable } from './stack-table.ts';

/** Values of the rows of a tree: what a row cost itself, and with all that it called. */
export type TreeValues = { readonly self: Int64Column; readonly total: Int64Column };

/**
 * Adds the values of samples up by stack: `length n` cells for `n` stacks. Samples without a
 * stack are left out; `sumInt64` of the column knows them.
 */
export function selfByStack(
  stacks: StackTable,
  sampleStack: Int32Array,
  sampleValue: Int64Column,
): Int64Column {
  if (!isWide(sampleValue) && sumsStayNarrow(sampleValue)) {
    const self = new Float64Array(stacks.length);
    for (let i = 0; i < sampleStack.length; i++) {
      const stack = sampleStack[i];
      if (stack !== NO_STACK) self[stack] += sampleValue[i];
    }
    return self;
  }
  const self = new BigInt64Array(stacks.length);
  for (let i = 0; i < sampleStack.length; i++) {
    const stack = sampleStack[i];
    if (stack !== NO_STACK) self[stack] += BigInt(sampleValue[i]);
  }
  return self;
}

/**
 * Adds selves up into totals in one backward pass, since a parent's row is smaller than its
 * children's. Exact: the totals are wide when a sum may pass 2^53.
 */
export function addUpTree(parent: Int32Array, self: Int64Column): TreeValues {
  if (!isWide(self) && sumsStayNarrow(self)) {
    return { self, total: addUp(parent, self, narrowArithmetic) };
  }
  const wideSelf = widen(self);
  return { self: wideSelf, total: addUp(parent, wideSelf, wideArithmetic) };
}

function addUp(
  parent: Int32Array,
  self: Float64Array,
  arithmetic: Int64Arithmetic<number>,
): Float64Array;
function addUp(
  parent: Int32Array,
  self: BigInt64Array,
  arithmetic: Int64Arithmetic<bigint>,
): BigInt64Array;
function addUp<N>(parent: Int32Array, self: Cells<N>, arithmetic: Int64Arithmetic<N>): Cells<N> {
  const total = arithmetic.column(self.length);
  for (let row = 0; row < self.length; row++) total[row] = self[row];
  for (let row = self.length - 1; row >= 0; row--) {
    const caller = parent[row];
    if (caller !== -1) total[caller] = arithmetic.add(total[caller], total[row]);
  }
  return total;
}
