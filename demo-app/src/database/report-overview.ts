import type { ApiObject, ApiReference } from './el-data-converter.ts';

/** What a report is about, at a glance. */
export type ReportOverview = {
  readonly objectCount: number;
  /** The types of most objects: a sender may name relations as it likes. */
  readonly countByType: Readonly<Record<string, number>>;
  /** The elements at the ends of most relations, most first. */
  readonly mostConnected: readonly RankedElement[];
  readonly labels: readonly RankedLabel[];
  readonly inferenceCount: number;
  /** Over the objects that state one; undefined when none does. */
  readonly meanConfidence?: number | undefined;
};

export type RankedElement = {
  readonly id: string;
  readonly name?: string | undefined;
  readonly relationCount: number;
};
export type RankedLabel = { readonly label: string; readonly objectCount: number };

export type OverviewBuilder = {
  add(object: ApiObject): void;
  finish(): ReportOverview;
};

/** How many of a ranking a reader looks at. */
const RANKED = 10;
/** STIX has 13 types of its own and some twenty of relations. */
const TYPES_MAX = 100;

export function createOverviewBuilder(): OverviewBuilder {
  const countByType = new Map<string, number>();
  const relationCount = new Map<string, number>();
  const nameById = new Map<string, string>();
  const countByLabel = new Map<string, number>();
  let objectCount = 0;
  let inferenceCount = 0;
  let confidenceSum = 0;
  let confidenceCount = 0;

  function addEnd(end: ApiReference | undefined): void {
    if (end === undefined) return;
    increment(relationCount, end.id);
    if (end.name !== undefined) nameById.set(end.id, end.name);
  }

  return {
    add(object) {
      objectCount++;
      inferenceCount += object.inferences.length;
      increment(countByType, object.entityType);
      addEnd(object.from);
      addEnd(object.to);
      for (const { id } of object.references['object-label'] ?? []) increment(countByLabel, id);
      const { confidence } = object.attributes;
      if (typeof confidence === 'number') {
        confidenceSum += confidence;
        confidenceCount++;
      }
    },
    finish: () => ({
      objectCount,
      countByType: Object.fromEntries(mostOf(countByType, TYPES_MAX)),
      mostConnected: mostOf(relationCount, RANKED).map(([id, count]) => ({
        id,
        name: nameById.get(id),
        relationCount: count,
      })),
      labels: mostOf(countByLabel, RANKED).map(([label, count]) => ({ label, objectCount: count })),
      inferenceCount,
      meanConfidence: confidenceCount === 0 ? undefined : confidenceSum / confidenceCount,
    }),
  };
}

function increment(counts: Map<string, number>, key: string): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}

/** The `max` largest counts. One pass: sorting 100,000 of them would take 30 ms at once. */
function mostOf(counts: ReadonlyMap<string, number>, max: number): (readonly [string, number])[] {
  const ranked: (readonly [string, number])[] = [];
  for (const entry of counts) {
    const last = ranked[max - 1];
    if (last !== undefined && entry[1] <= last[1]) continue;
    const place = ranked.findIndex(([, count]) => entry[1] > count);
    ranked.splice(place === -1 ? ranked.length : place, 0, entry);
    if (ranked.length > max) ranked.pop();
  }
  return ranked;
}
