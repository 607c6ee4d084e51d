import { NO_NODE } from '../call-tree.ts';
import { childLists } from '../child-lists.ts';
import { createEdgeInterner } from '../edge-interner.ts';
import type { Profile } from '../profile.ts';
import { NO_STACK } from '../stack-table.ts';
import { selfByStack } from '../stack-values.ts';
import type { PlaceIndex, Placing } from './graph-places.ts';

/**
 * Who called whom, every place once. `flat` and `cum` have a cell for each place; a place that was
 * left out has 0 in both. The other columns have `edgeCount` cells. Values are doubles: sums above
 * 2^53 are near, which is more than a drawing shows.
 */
export type CallGraph = {
  /** What ran in the place itself. */
  readonly flat: Float64Array;
  /** What ran in the place and below; a stack that has it twice counts once. */
  readonly cum: Float64Array;
  readonly edgeCount: number;
  readonly from: Int32Array;
  readonly to: Int32Array;
  readonly weight: Float64Array;
  /** 1 where places between the two were left out. */
  readonly isResidual: Uint8Array;
  /** 1 where the callee was always inlined into the caller. */
  readonly isInline: Uint8Array;
};

/** What a node of the tree of places is labelled with: a place and two marks. */
const INLINE = 1;
const RESIDUAL = 2;
const PLACE_SHIFT = 2;

const NO_EDGE = -1;

/**
 * The graph of the first values of a profile, of the places that `isKept` has a 1 for (all when left
 * out). A caller and callee with others between them that were left out have a residual edge.
 */
export function callGraph(profile: Profile, placing: Placing, isKept?: Uint8Array): CallGraph {
  const tree = treeOfPlaces(profile, placing, isKept);
  const { parent, label, total, flatSelf } = tree;
  const length = parent.length;
  const placeCount = placing.places.length;

  const flat = new Float64Array(placeCount);
  const cum = new Float64Array(placeCount);
  const edges = createEdgeInterner();
  const edgeOf = new Int32Array(length).fill(NO_EDGE);
  for (let node = 0; node < length; node++) {
    const place = label[node] >> PLACE_SHIFT;
    flat[place] += flatSelf[node];
    const caller = parent[node];
    if (caller === NO_NODE) continue;
    const from = label[caller] >> PLACE_SHIFT;
    if (from !== place) edgeOf[node] = edges.intern(from, place);
  }
  const { parent: from, label: to } = edges.finish();
  const weight = new Float64Array(from.length);
  const isResidual = new Uint8Array(from.length);
  const isInline = new Uint8Array(from.length).fill(1);

  // How often each is on the way to the node that has its turn: only the first counts.
  const placeDepth = new Int32Array(placeCount);
  const edgeDepth = new Int32Array(from.length);
  const enter = (node: number): void => {
    const place = label[node] >> PLACE_SHIFT;
    if (placeDepth[place]++ === 0) cum[place] += total[node];
    const edge = edgeOf[node];
    if (edge === NO_EDGE || edgeDepth[edge]++ > 0) return;
    weight[edge] += total[node];
    if ((label[node] & RESIDUAL) !== 0) isResidual[edge] = 1;
    if ((label[node] & INLINE) === 0) isInline[edge] = 0;
  };
  const leave = (node: number): void => {
    placeDepth[label[node] >> PLACE_SHIFT]--;
    if (edgeOf[node] !== NO_EDGE) edgeDepth[edgeOf[node]]--;
  };

  const { firstRoot, firstChild, nextSibling } = childLists({ length, parent, frame: label });
  let node = firstRoot;
  while (node !== NO_NODE) {
    enter(node);
    if (firstChild[node] !== NO_NODE) {
      node = firstChild[node];
      continue;
    }
    for (;;) {
      leave(node);
      if (nextSibling[node] !== NO_NODE) {
        node = nextSibling[node];
        break;
      }
      node = parent[node];
      if (node === NO_NODE) break;
    }
  }
  return { flat, cum, edgeCount: from.length, from, to, weight, isResidual, isInline };
}

/** The stacks of a profile as a tree of the places that are kept; parents stand before children. */
function treeOfPlaces(profile: Profile, placing: Placing, isKept: Uint8Array | undefined) {
  const { stacks, samples, symbols } = profile;
  const { locations } = symbols;
  const self = selfByStack(stacks, samples.stack, samples.values[0] ?? new Float64Array(0));
  const isWanted = stacksThatLead(stacks.parent, self);
  const nodes = createEdgeInterner();
  const nodeOfStack = new Int32Array(stacks.length).fill(NO_NODE);
  /** 1 where the last place of a stack was left out. */
  const isLeftOut = new Uint8Array(stacks.length);
  for (let stack = 0; stack < stacks.length; stack++) {
    if (isWanted[stack] === 0) continue;
    const caller = stacks.parent[stack];
    let node = caller === NO_STACK ? NO_NODE : nodeOfStack[caller];
    let leftOut = caller === NO_STACK ? 0 : isLeftOut[caller];
    const add = (place: PlaceIndex, inline: number): void => {
      if (isKept !== undefined && isKept[place] === 0) {
        leftOut = 1;
        return;
      }
      node = nodes.intern(node, (place << PLACE_SHIFT) | (leftOut * RESIDUAL) | inline);
      leftOut = 0;
    };
    const location = stacks.location[stack];
    const first = locations.lineStart[location];
    const last = locations.lineStart[location + 1] - 1;
    if (last < first) add(placing.placeOfBare[location], 0);
    for (let line = last; line >= first; line--) {
      add(placing.placeOfLine[line], line === last ? 0 : INLINE);
    }
    nodeOfStack[stack] = node;
    isLeftOut[stack] = leftOut;
  }

  const { parent, label } = nodes.finish();
  const total = new Float64Array(parent.length);
  const flatSelf = new Float64Array(parent.length);
  for (let stack = 0; stack < stacks.length; stack++) {
    const node = nodeOfStack[stack];
    if (node === NO_NODE) continue;
    const value = Number(self[stack]);
    total[node] += value;
    if (isLeftOut[stack] === 0) flatSelf[node] += value;
  }
  for (let node = parent.length - 1; node >= 0; node--) {
    if (parent[node] !== NO_NODE) total[parent[node]] += total[node];
  }
  return { parent, label, total, flatSelf };
}

/** 1 for every stack that has a value or leads to one that has. */
function stacksThatLead(parent: Int32Array, self: ArrayLike<number | bigint>): Uint8Array {
  const leads = new Uint8Array(parent.length);
  for (let stack = parent.length - 1; stack >= 0; stack--) {
    if (Number(self[stack]) !== 0) leads[stack] = 1;
    if (leads[stack] === 1 && parent[stack] !== NO_STACK) leads[parent[stack]] = 1;
  }
  return leads;
}
