import { type Matcher, parseSelector } from '@emberscope/labels';
import { type ProfileType, parseProfileType } from '@emberscope/profile';
import type { NanosRange, ProfileSelection, Selection } from '../../store/selection.ts';
import { typeMatcher } from '../profile-type-matcher.ts';
import type { Query } from '../query.ts';
import { answered, refuseArgument } from '../query-refusal.ts';

/** Matchers of a query for names: several selectors must all match. */
export function matchersOf(selectors: readonly string[]): readonly Matcher[] {
  return selectors.flatMap((selector) => {
    const parsed = parseSelector(selector);
    if (!parsed.ok) {
      const { offset, reason } = parsed;
      refuseArgument(
        `parsing label selector: failed to parse label selector ${JSON.stringify(selector)}: 1:${offset + 1}: parse error: ${reason}`,
      );
    }
    return parsed.matchers;
  });
}

export function profileTypeOf(id: string): ProfileType {
  const parsed = parseProfileType(id);
  if (!parsed.ok) refuseArgument(parsed.reason);
  return parsed.profileType;
}

/** The selector of a query for profiles. An empty one is an error, `{}` is everything. */
export function labelSelectorOf(selector: string): readonly Matcher[] {
  const parsed = parseSelector(selector);
  if (!parsed.ok) {
    const { offset, reason } = parsed;
    refuseArgument(
      `parsing label selector ${JSON.stringify(selector)}: 1:${offset + 1}: parse error: ${reason}`,
    );
  }
  return parsed.matchers;
}

/** Type and selector, read in this order. */
export function profileSelection(
  { request, tenants }: Query<{ readonly profileTypeID: string; readonly labelSelector: string }>,
  range: NanosRange,
): ProfileSelection {
  const profileType = profileTypeOf(request.profileTypeID);
  return { tenants, range, profileType, matchers: labelSelectorOf(request.labelSelector) };
}

/** Whether any profile is selected. */
export async function hasProfiles(
  { reader, context }: Query<unknown>,
  q: ProfileSelection,
): Promise<boolean> {
  const selection: Selection = {
    tenants: q.tenants,
    range: q.range,
    matchers: [...q.matchers, typeMatcher(q.profileType)],
  };
  return answered(await reader.activity({ ...selection, groupBy: [] }, context)).length > 0;
}
