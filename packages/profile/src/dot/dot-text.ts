import { compareUtf8, NANOS_PER_MILLI, type UnixNanos } from '@emberscope/units';
import type { Profile } from '../profile.ts';
import { type CallGraph, callGraph } from './call-graph.ts';
import { dotColor } from './dot-color.ts';
import { percentage, shownValue } from './go-figures.ts';
import { baseName, type PlaceIndex, placesOf } from './graph-places.ts';
import { escapeDot, placeLabel, placeText } from './place-names.ts';
import { rankPlaces } from './rank-places.ts';
import { thinEdges } from './thin-edges.ts';

/**
 * A profile's first values as a call graph in the DOT language, of `maxNodes` places at most (0 for
 * all). To the byte what Go's pprof writes of the same profile, which is what Pyroscope answers with:
 * times in seconds, so that a small one is 0. Labels of samples are not drawn.
 * https://graphviz.org/doc/info/lang.html
 */
export function dotFromProfile(profile: Profile, maxNodes: number): string {
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
  const values: Values = { total: totalOf(profile), show: (value) => shownValue(value, unit) };
  const number = new Map(ranked.map((place, i) => [place, i + 1]));
  const title = titleOf(profile);
  const labels = [...profileLabels(profile), ...graphLabels(graph, ranked, placeCount, values)];
  const lines = [
    `digraph "${title === '' ? 'unnamed' : escapeDot(title)}" {`,
    'node [style=filled fillcolor="#f8f8f8"]',
    legend(title, labels),
    ...boxes(graph, ranked, values, {
      label: (place) => placeLabel(placing.places, place),
      text: (place) => escapeDot(texts[place]),
    }),
    ...[...edges]
      .sort(compareEdges)
      .map((edge) => arrow(graph, edge, values, texts, (place) => number.get(place) ?? 0)),
    '}',
  ];
  return `${lines.join('\n')}\n`;
}

type Values = {
  /** Of all samples. */
  readonly total: number;
  readonly show: (value: number) => string;
};

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
  { total, show }: Values,
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

function legend(title: string, labels: readonly string[]): string {
  const text = labels.map(escapeDot).join('\\l');
  const tooltip = title === '' ? '' : ` tooltip="${escapeDot(title)}"`;
  return `subgraph cluster_L { "${escapeDot(labels[0])}" [shape=box fontsize=16 label="${text}\\l"${tooltip}] }`;
}

const FONT_SIZE = 8;
const FONT_GROWTH = 16;

function boxes(
  { flat, cum }: CallGraph,
  ranked: readonly PlaceIndex[],
  { total, show }: Values,
  names: {
    readonly label: (place: PlaceIndex) => string;
    readonly text: (place: PlaceIndex) => string;
  },
): string[] {
  const maxFlat = ranked.reduce((max, place) => Math.max(max, Math.abs(flat[place])), 0);
  return ranked.map((place, i) => {
    const own = flat[place];
    const all = cum[place];
    const ownText = own === 0 ? '0' : `${show(own)} (${percentage(own, total)})`;
    const allText = `of ${show(all)} (${percentage(all, total)})`;
    const values = all === own ? ownText : `${ownText}${own === 0 ? ' ' : '\\n'}${allText}`;
    const growth = own === 0 ? 0 : Math.ceil(FONT_GROWTH * Math.sqrt(Math.abs(own) / maxFlat));
    const share = all / total;
    return [
      `N${i + 1} [label="${names.label(place)}${values}"`,
      `id="node${i + 1}"`,
      `fontsize=${FONT_SIZE + growth}`,
      'shape=box',
      `tooltip="${names.text(place)} (${show(all)})"`,
      `color="${dotColor(share, 'line')}"`,
      `fillcolor="${dotColor(share, 'fill')}"]`,
    ].join(' ');
  });
}

const MAX_WEIGHT = 100;
const MAX_WIDTH = 5;

function arrow(
  { from, to, weight, isResidual, isInline }: CallGraph,
  edge: number,
  { total, show }: Values,
  texts: readonly string[],
  numberOf: (place: PlaceIndex) => number,
): string {
  const value = weight[edge];
  const isDotted = isResidual[edge] === 1;
  const drawnWeight = 1 + Math.min(wholePart(value, MAX_WEIGHT, total), MAX_WEIGHT);
  const width = 1 + Math.min(wholePart(value, MAX_WIDTH, total), MAX_WIDTH);
  const [caller, callee] = [from[edge], to[edge]].map((place) => escapeDot(texts[place]));
  const tooltip = `"${caller} ${isDotted ? '...' : '->'} ${callee} (${show(value)})"`;
  const attributes = [
    `label=" ${show(value)}${isInline[edge] === 1 ? '\\n (inline)' : ''}"`,
    ...(drawnWeight > 1 ? [`weight=${drawnWeight}`] : []),
    ...(width > 1 ? [`penwidth=${width}`] : []),
    `color="${dotColor(value / total, 'line')}"`,
    `tooltip=${tooltip}`,
    `labeltooltip=${tooltip}`,
    ...(isDotted ? ['style="dotted"'] : []),
  ];
  return `N${numberOf(from[edge])} -> N${numberOf(to[edge])} [${attributes.join(' ')}]`;
}

/** `value * parts / total`, cut to a whole number, where the product may be past 2^53. */
function wholePart(value: number, parts: number, total: number): number {
  return Math.abs(Number((BigInt(value) * BigInt(parts)) / BigInt(total)));
}
