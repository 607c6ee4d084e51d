import { NO_NODE, type NodeIndex } from '@emberscope/profile';
import { childrenOf, type FlameModel } from './flame-model.ts';

export type WalkKey = 'ArrowUp' | 'ArrowDown' | 'ArrowLeft' | 'ArrowRight' | 'Home' | 'End';

export function isWalkKey(key: string): key is WalkKey {
  return /^(?:Arrow(?:Up|Down|Left|Right)|Home|End)$/.test(key);
}

/**
 * Where an arrow leads from a frame: down to its largest callee, up to its caller, left and right
 * to the frames beside it in its row, also of other callers. `top` is the frame that fills the
 * view: nobody walks out of it. A step that leads nowhere stays.
 */
export function walk(model: FlameModel, from: NodeIndex, key: WalkKey, top: NodeIndex): NodeIndex {
  const { tree } = model;
  if (from === NO_NODE) return top === NO_NODE ? largestChild(model, NO_NODE) : top;
  switch (key) {
    case 'ArrowDown': {
      const child = largestChild(model, from);
      return child === NO_NODE ? from : child;
    }
    case 'ArrowUp': {
      const caller = tree.parent[from] ?? NO_NODE;
      return from === top || caller === NO_NODE ? from : caller;
    }
    case 'ArrowLeft':
      return neighbour(model, from, -1, top);
    case 'ArrowRight':
      return neighbour(model, from, 1, top);
    case 'Home':
      return top === NO_NODE ? largestChild(model, NO_NODE) : top;
    case 'End': {
      let node = from;
      for (let child = node; child !== NO_NODE; child = largestChild(model, node)) node = child;
      return node;
    }
    default:
      return key satisfies never;
  }
}

function largestChild(model: FlameModel, node: NodeIndex): NodeIndex {
  let largest = NO_NODE;
  let total = -1;
  for (const child of childrenOf(model, node)) {
    const cost = Number(model.tree.total[child]);
    if (cost > total) {
      largest = child;
      total = cost;
    }
  }
  return largest;
}

/** The node beside another in its row, if it is within `top`. */
function neighbour(model: FlameModel, from: NodeIndex, step: 1 | -1, top: NodeIndex): NodeIndex {
  const { boxes, rows, ends, tree } = model;
  const depth = boxes.depth[from] ?? 0;
  const rowStart = rows.start[depth] ?? 0;
  const rowEnd = rows.start[depth + 1] ?? 0;
  // Rows hold rising nodes, so the place of a node in its row is found by halves.
  let low = rowStart;
  let high = rowEnd;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((rows.nodes[middle] ?? 0) < from) low = middle + 1;
    else high = middle;
  }
  const place = low + step;
  if (place < rowStart || place >= rowEnd) return from;
  const beside = rows.nodes[place] ?? from;
  const firstInside = top === NO_NODE ? 0 : top;
  const endInside = top === NO_NODE ? tree.length : (ends[top] ?? 0);
  return beside >= firstInside && beside < endInside ? beside : from;
}
