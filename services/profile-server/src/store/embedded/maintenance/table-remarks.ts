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

function textOf({ defaultSampleType, dropFrames, keepFrames, comments }: RemarksRecord): string {
  return JSON.stringify([defaultSampleType, dropFrames, keepFrames, ...comments]);
}
