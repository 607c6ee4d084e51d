import type { CallGraph } from './call-graph.ts';
import type { PlaceIndex } from './graph-places.ts';

/**
 * Steps that looking for ways around takes in one graph: half a second. A drawing that people read
 * takes thousands; from here on, edges that could go stay.
 */
const MAX_STEPS = 20_000_000;

/**
 * Which edges stay, in their order: a residual edge goes when its end can be reached on another way,
 * unless the place has a plain edge that is lighter. The last of the ranked places begins, with its
 * lightest edge. `compareEdges` orders from the heaviest.
 */
export function thinEdges(
  graph: CallGraph,
  ranked: readonly PlaceIndex[],
  compareEdges: (a: number, b: number) => number,
  maxSteps = MAX_STEPS,
): readonly number[] {
  const { edgeCount, from, to, isResidual } = graph;
  const isGone = new Uint8Array(edgeCount);
  const edgesInto = edgesByEnd(graph);
  const { isReachedAnew, stepsLeft } = createSearch(graph, edgesInto, isGone, maxSteps);

  for (let i = ranked.length - 1; i >= 0 && stepsLeft() > 0; i--) {
    const edges = [...(edgesInto[ranked[i]] ?? [])].sort(compareEdges);
    for (let edge = edges.pop(); edge !== undefined; edge = edges.pop()) {
      if (isResidual[edge] === 0) break;
      if (isReachedAnew(from[edge], to[edge], edge)) isGone[edge] = 1;
    }
  }
  const kept: number[] = [];
  for (let edge = 0; edge < edgeCount; edge++) if (isGone[edge] === 0) kept.push(edge);
  return kept;
}

function edgesByEnd({ cum, edgeCount, to }: CallGraph): readonly number[][] {
  const edges: number[][] = Array.from({ length: cum.length }, () => []);
  for (let edge = 0; edge < edgeCount; edge++) edges[to[edge]].push(edge);
  return edges;
}

/** Looks for a way from one place to another that does not take an edge, from its end backwards. */
function createSearch(
  { from, cum }: CallGraph,
  edgesInto: readonly number[][],
  isGone: Uint8Array,
  maxSteps: number,
) {
  /** The search that has seen a place last. */
  const seenBy = new Int32Array(cum.length);
  let search = 0;
  let steps = 0;
  return {
    stepsLeft: () => maxSteps - steps,
    isReachedAnew(start: PlaceIndex, end: PlaceIndex, without: number): boolean {
      search++;
      seenBy[end] = search;
      const waiting = [end];
      for (let i = 0; i < waiting.length && steps < maxSteps; i++) {
        for (const edge of edgesInto[waiting[i]]) {
          steps++;
          const caller = from[edge];
          if (edge === without || isGone[edge] === 1 || seenBy[caller] === search) continue;
          if (caller === start) return true;
          seenBy[caller] = search;
          waiting.push(caller);
        }
      }
      return false;
    },
  };
}
