import type { Profile } from '@emberscope/profile';

/** What a profile says about itself that is text: nearly always the same within a service. */
export type ProfileRemarks = Pick<
  Profile,
  'defaultSampleType' | 'comments' | 'dropFrames' | 'keepFrames'
>;

export const NO_REMARKS: ProfileRemarks = {
  defaultSampleType: '',
  comments: [],
  dropFrames: '',
  keepFrames: '',
};
