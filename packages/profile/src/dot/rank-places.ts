import { compareUtf8 } from '@emberscope/units';
import type { CallGraph } from './call-graph.ts';
import type { PlaceIndex } from './graph-places.ts';

/**
 * The places of a graph, the one that says most first, by the rule of Go's pprof: what a place cost,
 * times how much its callers and callees differ in weight. A place that only passes on says little.
 * `texts` has a cell for each place and decides ties.
 */
export function rankPlaces(graph: CallGraph, texts: readonly string[]): readonly PlaceIndex[] {
  const { flat, cum } = graph;
  const score = scoresOf(graph);
  const places: PlaceIndex[] = [];
  for (let place = 0; place < cum.length; place++) {
    if (cum[place] !== 0 || flat[place] !== 0) places.push(place);
  }
  return places.sort(
    (a, b) =>
      Math.abs(score[b]) - Math.abs(score[a]) ||
      compareUtf8(texts[a], texts[b]) ||
      Math.abs(flat[b]) - Math.abs(flat[a]) ||
      a - b,
  );
}

function scoresOf({ flat, cum, edgeCount, from, to, weight }: CallGraph): Float64Array {
  const length = cum.length;
  const inCount = new Int32Array(length);
  const outCount = new Int32Array(length);
  const inTotal = new Float64Array(length);
  const outTotal = flat.slice();
  for (let edge = 0; edge < edgeCount; edge++) {
    inCount[to[edge]]++;
    outCount[from[edge]]++;
    const positive = Math.max(0, weight[edge]);
    inTotal[to[edge]] += positive;
    outTotal[from[edge]] += positive;
  }
  const bits = new Float64Array(length);
  for (let edge = 0; edge < edgeCount; edge++) {
    bits[to[edge]] += surprise(weight[edge], inTotal[to[edge]]);
    bits[from[edge]] += surprise(weight[edge], outTotal[from[edge]]);
  }
  for (let place = 0; place < length; place++) {
    // Where a stack begins or ends is worth a whole bit.
    if (inCount[place] === 0) bits[place]++;
    if (outCount[place] === 0) bits[place]++;
    else if (flat[place] > 0) bits[place] += surprise(flat[place], outTotal[place]);
  }
  return bits.map((value, place) => Math.trunc(value * cum[place]) + flat[place]);
}

/** The part that a share has in the entropy of what it is a share of, in bits. */
function surprise(value: number, total: number): number {
  const share = Math.abs(value) / total;
  return value === 0 || total === 0 ? 0 : -share * Math.log2(share);
}
