import { compareUtf8, NANOS_PER_MILLI, type UnixNanos } from '@emberscope/units';
import type { Profile } from '../profile.ts';
import { type CallGraph, callGraph } from './call-graph.ts';
import { arrowLine, boxLine, type DrawnValues, legend } from './dot-lines.ts';
import { percentage, shownValue } from './go-figures.ts';
import { baseName, type PlaceIndex, placesOf } from './graph-places.ts';
import { escapeDot, placeLabel, placeText } from './place-names.ts';
import { rankPlaces } from './rank-places.ts';
import { thinEdges } from './thin-edges.ts';

/** A drawing, or why there is none. */
export type DotText =
  | { readonly ok: true; readonly text: string }
  | { readonly ok: false; readonly reason: string };

/** More is nothing that a program lays out, and a text may not be as long as it likes. */
const DOT_MAX_LENGTH = 64 * 1024 * 1024;

/**
 * A profile's first values as a call graph in the DOT language, of `maxNodes` places at most (0 for
 * all). To the byte what Go's pprof writes of the same profile, which is what Pyroscope answers with:
 * times in seconds, so that a small one is 0. Labels of samples are not drawn.
 * https://graphviz.org/doc/info/lang.html
 */
export function dotFromProfile(
  profile: Profile,
  maxNodes: number,
  maxLength = DOT_MAX_LENGTH,
): DotText {
  const placing = placesOf(profile.symbols);
  const texts = Array.from({ length: placing.places.length }, (_, place) =>
    placeText(placing.places, place),
  );
  let graph = callGraph(profile, placing);
  let ranked = rankPlaces(graph, texts);
  const placeCount = ranked.length;
  if (maxNodes > 0 && maxNodes < placeCount) {
    const isKept = new Uint8Array(placing.places.length);
    for (const place of ranked.slice(0, maxNodes)) isKept[place] = 1;
    graph = callGraph(profile, placing, isKept);
    ranked = rankPlaces(graph, texts);
  }

  const { from, to, weight } = graph;
  const compareEdges = (a: number, b: number): number =>
    Math.abs(weight[b]) - Math.abs(weight[a]) ||
    compareUtf8(texts[from[a]], texts[from[b]]) ||
    compareUtf8(texts[to[a]], texts[to[b]]);
  const edges = thinEdges(graph, ranked, compareEdges);

  const [{ unit } = { unit: '' }] = profile.sampleTypes;
  const values: DrawnValues = { total: totalOf(profile), show: (value) => shownValue(value, unit) };
  const number = new Map(ranked.map((place, i) => [place, i + 1]));
  const title = titleOf(profile);
  const labels = [...profileLabels(profile), ...graphLabels(graph, ranked, placeCount, values)];
  const maxFlat = ranked.reduce((max, place) => Math.max(max, Math.abs(graph.flat[place])), 0);
  function* lines(): Iterable<string> {
    yield `digraph "${title === '' ? 'unnamed' : escapeDot(title)}" {`;
    yield 'node [style=filled fillcolor="#f8f8f8"]';
    yield legend(title, labels);
    for (const [i, place] of ranked.entries()) {
      const name = { label: placeLabel(placing.places, place), text: escapeDot(texts[place]) };
      yield boxLine(graph, place, i + 1, maxFlat, values, name);
    }
    for (const edge of [...edges].sort(compareEdges)) {
      yield arrowLine(graph, edge, values, texts, (place) => number.get(place) ?? 0);
    }
    yield '}';
  }
  return joinLines(lines(), maxLength);
}

function joinLines(lines: Iterable<string>, maxLength: number): DotText {
  const parts: string[] = [];
  let length = 0;
  for (const line of lines) {
    length += line.length + 1;
    if (length > maxLength) {
      const reason = `a drawing of more than ${maxLength} characters: ask for fewer nodes`;
      return { ok: false, reason };
    }
    parts.push(line);
  }
  return { ok: true, text: `${parts.join('\n')}\n` };
}

function totalOf({ samples }: Profile): number {
  let total = 0;
  for (const value of samples.values[0] ?? []) total += Math.abs(Number(value));
  return total;
}

/** The name of the program: of the file that the first mapping is of. */
function titleOf({ symbols: { strings, mappings } }: Profile): string {
  const file = mappings.length === 0 ? '' : strings[mappings.fileName[0]];
  return file === '' ? '' : baseName(file);
}

function profileLabels(profile: Profile): string[] {
  const { strings, mappings } = profile.symbols;
  const title = titleOf(profile);
  const buildId = mappings.length === 0 ? '' : strings[mappings.buildId[0]];
  const type = profile.sampleTypes[0]?.type ?? '';
  return [
    ...(title === '' ? [] : [`File: ${title}`]),
    ...(buildId === '' ? [] : [`Build ID: ${buildId}`]),
    ...(type === '' ? [] : [`Type: ${type}`]),
    ...(profile.timeNanos === 0n ? [] : [`Time: ${dateText(profile.timeNanos)}`]),
  ];
}

const MONTHS = 'Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec'.split(' ');

/** `Nov 26, 2026 at 6:05pm (UTC)` */
function dateText(nanos: UnixNanos): string {
  const date = new Date(Number(nanos / NANOS_PER_MILLI));
  const hour = date.getUTCHours();
  const minute = `${date.getUTCMinutes()}`.padStart(2, '0');
  const day = `${MONTHS[date.getUTCMonth()]} ${date.getUTCDate()}, ${date.getUTCFullYear()}`;
  return `${day} at ${hour % 12 || 12}:${minute}${hour < 12 ? 'am' : 'pm'} (UTC)`;
}

function graphLabels(
  { flat }: CallGraph,
  ranked: readonly PlaceIndex[],
  placeCount: number,
  { total, show }: DrawnValues,
): string[] {
  const shown = ranked.reduce((sum, place) => sum + flat[place], 0);
  const part = `${show(shown)}, ${percentage(shown, total)} of ${show(total)} total`;
  return [
    `Showing nodes accounting for ${part}`,
    ...(total !== 0 && ranked.length > 0 && ranked.length < placeCount
      ? [`Showing top ${ranked.length} nodes out of ${placeCount}`]
      : []),
    '\nSee https://git.io/JfYMW for how to read the graph',
  ];
}
