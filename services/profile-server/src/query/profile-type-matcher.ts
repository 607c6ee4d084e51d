import { LABEL, type Matcher } from '@emberscope/labels';
import { profileTypeId } from '@emberscope/profile';
import type { ProfileSelection } from '../store/selection.ts';

/** A profile type as a condition on the label that a store derives. */
export function typeMatcher(profileType: ProfileSelection['profileType']): Matcher {
  return { op: '=', name: LABEL.profileType, value: profileTypeId(profileType) };
}
