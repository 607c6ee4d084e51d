import type { ProfileReader } from '../store/profile-store.ts';
import type { QueryContext } from '../store/selection.ts';
import type { QueryCall, QueryLimits } from './query-call.ts';

/** What queries are answered from. */
export type QueryParts = {
  readonly reader: ProfileReader;
  readonly limits: QueryLimits;
  readonly nowMillis: () => number;
  /** How long profiles are kept; for ever when left out. */
  readonly retentionNanos?: bigint;
};

/** One query, its request read. */
export type Query<Request> = QueryParts &
  Pick<QueryCall, 'tenants' | 'takesUtf8LabelNames'> & {
    readonly request: Request;
    readonly context: QueryContext;
  };
