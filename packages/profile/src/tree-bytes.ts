import { type CallTree, NO_NODE, type NodeIndex, orderCallTree } from './call-tree.ts';
import { createEdgeInterner } from './edge-interner.ts';
import { createFrameCollector } from './frame-table.ts';
import { createInt64ColumnBuilder, int64At } from './int64-column.ts';
import { createUvarintReader, createUvarintWriter } from './uvarint.ts';

/*
 * A call tree as Pyroscope's format TREE: a run of nodes, each
 *
 *     uvarint bytes of the name | name in UTF-8 | uvarint self | uvarint count of children
 *
 * It begins with a root without a name. Nodes come in the order in which a stack gives them back:
 * the last child first, each with all that is below it. A tree without nodes is no bytes at all.
 */

export function encodeTreeBytes(tree: CallTree): Uint8Array {
  if (tree.length === 0) return new Uint8Array(0);
  const childCount = new Int32Array(tree.length);
  let rootCount = 0;
  for (let node = 0; node < tree.length; node++) {
    if (tree.parent[node] === NO_NODE) rootCount++;
    else childCount[tree.parent[node]]++;
  }
  const encoder = new TextEncoder();
  const names = tree.frames.name.map((name) => encoder.encode(name));
  const writer = createUvarintWriter();

  function writeNode(name: Uint8Array, self: bigint, children: number): void {
    writer.uvarint(BigInt(name.length));
    writer.bytes(name);
    writer.uvarint(self);
    writer.uvarint(BigInt(children));
  }

  writeNode(new Uint8Array(0), 0n, rootCount);
  for (const node of lastChildFirst(tree)) {
    writeNode(names[tree.frame[node]], int64At(tree.self, node), childCount[node]);
  }
  return writer.finish();
}

/**
 * The rows in pre-order with siblings from the last to the first. A node's place follows from the
 * sizes of what stands before it: its later siblings with all below them, and its ancestors.
 */
function lastChildFirst(tree: CallTree): Int32Array {
  const size = new Int32Array(tree.length).fill(1);
  const sizeOfLaterSiblings = new Int32Array(tree.length);
  const sizeBelow = new Int32Array(tree.length);
  let sizeOfLaterRoots = 0;
  for (let node = tree.length - 1; node >= 0; node--) {
    size[node] += sizeBelow[node];
    const caller = tree.parent[node];
    if (caller === NO_NODE) {
      sizeOfLaterSiblings[node] = sizeOfLaterRoots;
      sizeOfLaterRoots += size[node];
    } else {
      sizeOfLaterSiblings[node] = sizeBelow[caller];
      sizeBelow[caller] += size[node];
    }
  }
  const place = new Int32Array(tree.length);
  const order = new Int32Array(tree.length);
  for (let node = 0; node < tree.length; node++) {
    const caller = tree.parent[node];
    const firstPlace = caller === NO_NODE ? 0 : place[caller] + 1;
    place[node] = firstPlace + sizeOfLaterSiblings[node];
    order[place[node]] = node;
  }
  return order;
}

/** Deeper trees are refused: no profiler writes stacks like that. */
export const TREE_BYTES_MAX_DEPTH = 65_536;

const MAX_INT64 = 2n ** 63n - 1n;
/** More bytes than there can be: what a length that is cut off stands for. */
const MISSING = 2n ** 64n;

export type DecodedTree =
  | { readonly ok: true; readonly tree: CallTree }
  | { readonly ok: false; readonly reason: string };

/**
 * Reads TREE bytes back. Siblings may come in any order; siblings of one name become one node. A byte
 * order mark is a character of a name; what is not UTF-8 becomes U+FFFD.
 */
export function decodeTreeBytes(bytes: Uint8Array): DecodedTree {
  const frames = createFrameCollector();
  const edges = createEdgeInterner();
  const self: bigint[] = [];
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
  const reader = createUvarintReader(bytes);

  /** Nodes whose children are still to come, outermost first, and how many. */
  const open: { readonly node: NodeIndex; missing: bigint }[] = [];
  if (bytes.length > 0) open.push({ node: NO_NODE, missing: 1n });
  for (let parent = open.at(-1), isRoot = true; parent !== undefined; parent = open.at(-1)) {
    if (parent.missing === 0n) {
      open.pop();
      continue;
    }
    parent.missing--;
    const start = reader.offset();
    const nameBytes = reader.bytes(reader.uvarint() ?? MISSING);
    if (nameBytes === undefined) {
      return { ok: false, reason: `node at byte ${start} of ${bytes.length}: its name is cut off` };
    }
    const name = decoder.decode(nameBytes);
    const ownValue = reader.uvarint();
    const children = reader.uvarint();
    if (ownValue === undefined || ownValue > MAX_INT64 || children === undefined) {
      return { ok: false, reason: `node at byte ${start} of ${bytes.length} is cut off` };
    }
    let node: NodeIndex = NO_NODE;
    if (!isRoot) {
      node = edges.intern(parent.node, frames.intern({ name, file: '', line: 0 }));
      self[node] = (self[node] ?? 0n) + ownValue;
    }
    isRoot = false;
    if (children > 0n) open.push({ node, missing: children });
    if (open.length > TREE_BYTES_MAX_DEPTH) {
      return {
        ok: false,
        reason: `node at byte ${start} is more than ${TREE_BYTES_MAX_DEPTH} deep`,
      };
    }
  }
  if (reader.offset() < bytes.length) {
    const behind = bytes.length - reader.offset();
    return { ok: false, reason: `${behind} bytes behind the last node` };
  }

  const { parent, label } = edges.finish();
  const selfColumn = createInt64ColumnBuilder(parent.length);
  for (let node = 0; node < parent.length; node++) selfColumn.push(self[node] ?? 0n);
  return { ok: true, tree: orderCallTree(parent, label, selfColumn.finish(), frames.finish()) };
}
