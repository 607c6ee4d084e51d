import type { Profile } from '@emberscope/profile';
import {
  ARRAY_BYTES,
  MAP_ENTRY_BYTES,
  OBJECT_BYTES,
  stringBytes,
} from '../dictionary/heap-sizes.ts';

/** What a profile says about itself that is text: nearly always the same within a service. */
export type ProfileRemarks = Pick<
  Profile,
  'defaultSampleType' | 'comments' | 'dropFrames' | 'keepFrames'
>;

export type RemarkRows = {
  intern(profile: ProfileRemarks): number;
  at(row: number): ProfileRemarks;
  readonly bytes: () => number;
};

export const NO_REMARKS: ProfileRemarks = {
  defaultSampleType: '',
  comments: [],
  dropFrames: '',
  keepFrames: '',
};

export function createRemarkRows(): RemarkRows {
  const rows: ProfileRemarks[] = [];
  const rowOf = new Map<string, number>();
  let textBytes = 0;
  return {
    intern({ defaultSampleType, comments, dropFrames, keepFrames }) {
      const key = JSON.stringify([defaultSampleType, dropFrames, keepFrames, ...comments]);
      const known = rowOf.get(key);
      if (known !== undefined) return known;
      rowOf.set(key, rows.length);
      rows.push({ defaultSampleType, comments, dropFrames, keepFrames });
      // Once in the key and once in the texts themselves.
      textBytes += 2 * stringBytes(key);
      return rows.length - 1;
    },
    at: (row) => rows[row] ?? NO_REMARKS,
    bytes: () => 2 * ARRAY_BYTES + rows.length * (2 * OBJECT_BYTES + MAP_ENTRY_BYTES) + textBytes,
  };
}
