import type { CallGraph } from './call-graph.ts';
import { dotColor } from './dot-color.ts';
import { percentage } from './go-figures.ts';
import type { PlaceIndex } from './graph-places.ts';
import { escapeDot } from './place-names.ts';

/** How the values of a drawing are written. */
export type DrawnValues = {
  /** Of all samples. */
  readonly total: number;
  readonly show: (value: number) => string;
};

/** Names of a place, escaped. */
export type DrawnName = { readonly label: string; readonly text: string };

/** What is told about the drawing as a whole; without a title it is unnamed. */
export function legend(title: string, labels: readonly string[]): string {
  const text = labels.map(escapeDot).join('\\l');
  const tooltip = title === '' ? '' : ` tooltip="${escapeDot(title)}"`;
  return `subgraph cluster_L { "${escapeDot(labels[0])}" [shape=box fontsize=16 label="${text}\\l"${tooltip}] }`;
}

const FONT_SIZE = 8;
const FONT_GROWTH = 16;

/** A place as a box: the larger its own value, the larger the letters; the more below it, the redder. */
export function boxLine(
  { flat, cum }: CallGraph,
  place: PlaceIndex,
  number: number,
  maxFlat: number,
  { total, show }: DrawnValues,
  { label, text }: DrawnName,
): string {
  const own = flat[place];
  const all = cum[place];
  const ownText = own === 0 ? '0' : `${show(own)} (${percentage(own, total)})`;
  const allText = `of ${show(all)} (${percentage(all, total)})`;
  const values = all === own ? ownText : `${ownText}${own === 0 ? ' ' : '\\n'}${allText}`;
  const growth = own === 0 ? 0 : Math.ceil(FONT_GROWTH * Math.sqrt(Math.abs(own) / maxFlat));
  const share = all / total;
  return [
    `N${number} [label="${label}${values}"`,
    `id="node${number}"`,
    `fontsize=${FONT_SIZE + growth}`,
    'shape=box',
    `tooltip="${text} (${show(all)})"`,
    `color="${dotColor(share, 'line')}"`,
    `fillcolor="${dotColor(share, 'fill')}"]`,
  ].join(' ');
}

const MAX_WEIGHT = 100;
const MAX_WIDTH = 5;

/** A call as an arrow; the heavier, the redder, wider and shorter. */
export function arrowLine(
  { from, to, weight, isResidual, isInline }: CallGraph,
  edge: number,
  { total, show }: DrawnValues,
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
