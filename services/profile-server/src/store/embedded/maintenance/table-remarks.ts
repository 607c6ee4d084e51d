import type { RemarksRecord } from '../codec/log-records.ts';

export const NO_REMARKS: RemarksRecord = {
  defaultSampleType: '',
  dropFrames: '',
  keepFrames: '',
  comments: [],
};

/** The distinct remarks of a table, by place; place 0 is "none". */
export type TableRemarks = {
  placeOf(remarks: RemarksRecord | undefined): number;
  list(): readonly RemarksRecord[];
};

export function createTableRemarks(): TableRemarks {
  const all: RemarksRecord[] = [NO_REMARKS];
  const placeByText = new Map([[textOf(NO_REMARKS), 0]]);
  return {
    placeOf(remarks) {
      if (remarks === undefined) return 0;
      const text = textOf(remarks);
      const known = placeByText.get(text);
      if (known !== undefined) return known;
      placeByText.set(text, all.length);
      all.push(remarks);
      return all.length - 1;
    },
    list: () => all,
  };
}

/**
 * Where the remarks of another table stand in this one. They are taken in as they are asked for: of
 * rows that were deleted none stay.
 */
export function remarksFrom(
  others: readonly RemarksRecord[],
  into: TableRemarks,
): (place: number) => number {
  const known = new Map<number, number>();
  return (place) => {
    const found = known.get(place) ?? into.placeOf(others[place]);
    known.set(place, found);
    return found;
  };
}

function textOf({ defaultSampleType, dropFrames, keepFrames, comments }: RemarksRecord): string {
  return JSON.stringify([defaultSampleType, dropFrames, keepFrames, ...comments]);
}
