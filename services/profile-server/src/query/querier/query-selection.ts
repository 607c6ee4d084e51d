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
  const read = readLabelSelector(selector);
  return read.ok ? read.matchers : refuseArgument(read.reason);
}

/** The same, for those who say otherwise that it cannot be read. */
export function readLabelSelector(
  selector: string,
):
  | { readonly ok: true; readonly matchers: readonly Matcher[] }
  | { readonly ok: false; readonly reason: string } {
  const parsed = parseSelector(selector);
  if (parsed.ok) return parsed;
  const place = `1:${parsed.offset + 1}: parse error: ${parsed.reason}`;
  return { ok: false, reason: `parsing label selector ${JSON.stringify(selector)}: ${place}` };
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
