import type { LabelSet } from './label-set.ts';

/** Row of a {@link LabelSetIds}: dense, from 0, in order of arrival. */
export type LabelSetId = number;

/** Gives each distinct label set a number, up to a limit. */
export type LabelSetIds = {
  readonly length: () => number;
  /** The id of a set, new or known; `undefined` when it is new and the limit is reached. */
  intern(set: LabelSet): LabelSetId | undefined;
  find(set: LabelSet): LabelSetId | undefined;
  /** The set of an id that was answered. */
  at(id: LabelSetId): LabelSet;
};

export function createLabelSetIds(maxSets: number): LabelSetIds {
  const sets: LabelSet[] = [];
  const idByKey = new Map<string, LabelSetId>();
  return {
    length: () => sets.length,
    intern(set) {
      const known = idByKey.get(set.key);
      if (known !== undefined) return known;
      if (sets.length >= maxSets) return undefined;
      idByKey.set(set.key, sets.length);
      sets.push(set);
      return sets.length - 1;
    },
    find: (set) => idByKey.get(set.key),
    at(id) {
      const set = sets[id];
      if (set === undefined) throw new RangeError(`no label set ${id} among ${sets.length}`);
      return set;
    },
  };
}
