import type { DiffLevels, FlameGraphLevels, Int64Column } from '@emberscope/profile';

/** What stands beside a flame graph in Pyroscope's JSON of one. */
export type FlamebearerFacts = {
  readonly name: string;
  readonly units: string;
  readonly spyName: string;
  readonly sampleRate: number;
  readonly hasGroups: boolean;
};

/** One flame graph as an object of its own, which the API carries as a text. */
export function flamebearerJson(graph: FlameGraphLevels, facts: FlamebearerFacts): string {
  return objectOf(graph, 'single', facts, '');
}

/** Two as one, seven numbers a box. */
export function flamebearerDiffJson(diff: DiffLevels, facts: FlamebearerFacts): string {
  const { leftTotal, rightTotal } = diff;
  const left = leftTotal === 0n ? '' : `,"leftTicks":${leftTotal}`;
  const right = rightTotal === 0n ? '' : `,"rightTicks":${rightTotal}`;
  return objectOf(diff, 'double', facts, left + right);
}

/** Written by hand: cells are int64, which JSON.stringify cannot write as numbers. */
function objectOf(
  { names, levels, total, maxSelf }: FlameGraphLevels,
  format: 'single' | 'double',
  { hasGroups, spyName, sampleRate, units, name }: FlamebearerFacts,
  ticks: string,
): string {
  const flamebearer = `{"names":${jsonOf(names)},"levels":[${levels.map(rowOf).join()}],"numTicks":${total},"maxSelf":${maxSelf}}`;
  const metadata = jsonOf({ format, spyName, sampleRate, units, name });
  const groups = hasGroups ? '{}' : 'null';
  return `{"version":1,"flamebearer":${flamebearer},"metadata":${metadata},"timeline":null,"groups":${groups},"heatmap":null${ticks}}`;
}

function rowOf(cells: Int64Column): string {
  return `[${cells.join()}]`;
}

/** As Go writes it: nothing that a page of HTML would take for its own. */
function jsonOf(value: unknown): string {
  return JSON.stringify(value).replaceAll(
    /[<>&\u2028\u2029]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
