import { profileTypeId } from '@emberscope/profile';
import { type MatchedStreams, matchSeries } from '../parts/match-series.ts';
import { narrowParts, wholeParts } from '../parts/narrow-parts.ts';
import { pointFromNanos } from '../parts/point-in-time.ts';
import type { QueryGuard } from '../parts/query-guard.ts';
import { type FoundRows, rowsInRange } from '../parts/rows-in-range.ts';
import type { SelectedPart } from '../parts/selected-parts.ts';
import type { FunctionSelector, ProfileSelection, Selection } from '../selection.ts';
import type { Head, TenantTable } from './head.ts';
import { partTableOf } from './table-part.ts';

/** Profiles of every type, as metadata queries see them. */
export function selectAny(head: Head, q: Selection, guard: QueryGuard): SelectedPart[] {
  return wholeParts(findRows(head, q, undefined, guard));
}

/** The profiles that are selected, with the samples that are; see {@link narrowParts}. */
export function selectProfiles(
  head: Head,
  q: ProfileSelection,
  guard: QueryGuard,
  holding?: FunctionSelector,
): SelectedPart[] {
  return narrowParts(findRows(head, q, profileTypeId(q.profileType), guard), q, guard, holding);
}

/** Rows of every table of the tenants that has some, those of the oldest block first. */
export function* findRows(
  head: Head,
  q: Selection,
  profileType: string | undefined,
  guard: QueryGuard,
): Iterable<FoundRows & { readonly of: TenantTable }> {
  const start = pointFromNanos(q.range.startNanos);
  const end = pointFromNanos(q.range.endNanos);
  for (const tenant of new Set(q.tenants)) {
    let matched: MatchedStreams | undefined;
    for (const of of head.tablesOf(tenant)) {
      guard.check();
      const { table: held, registry } = of;
      if (held.newestMillis() < start.millis || held.oldestMillis() > end.millis) continue;
      matched ??= matchSeries(registry, q.matchers, profileType);
      const isWhole = held.oldestMillis() > start.millis && held.newestMillis() < end.millis;
      const table = partTableOf(of);
      for (let type = 0; type < held.kind.sampleTypes.length; type++) {
        const streams = matched.ofType(held.kind, type);
        if (streams === undefined) continue;
        guard.spend(held.length());
        const range = isWhole ? undefined : { start, end };
        const rows = rowsInRange(table.columns, type, streams, range);
        if (rows.length > 0) yield { of, table, type, rows };
      }
    }
  }
}
