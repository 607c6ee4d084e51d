import type { TenantId } from '../store/ids.ts';

/*
 * What passes between the door and the thread that answers queries. Messages cross as bytes: the
 * main thread neither builds nor reads an answer, however large it is.
 */

/** The methods that are answered from the store, by the path they are called at. */
export const QUERY_METHODS = [
  'querier.v1.QuerierService/ProfileTypes',
  'querier.v1.QuerierService/LabelNames',
  'querier.v1.QuerierService/LabelValues',
  'querier.v1.QuerierService/Series',
  'querier.v1.QuerierService/SelectMergeStacktraces',
  'querier.v1.QuerierService/SelectMergeSpanProfile',
  'querier.v1.QuerierService/SelectMergeProfile',
  'querier.v1.QuerierService/SelectSeries',
  'querier.v1.QuerierService/SelectHeatmap',
  'querier.v1.QuerierService/Diff',
  'querier.v1.QuerierService/GetProfileStats',
  'emberscope.page.v1.PageService/ListServices',
  'emberscope.page.v1.PageService/GetTimeline',
  'emberscope.page.v1.PageService/GetFlameGraph',
  'emberscope.page.v1.PageService/GetFunction',
] as const;

export type QueryMethod = (typeof QUERY_METHODS)[number];

/** Questions of Pyroscope's older HTTP API, by their paths. Their requests are queries of an address. */
export const RENDER_METHODS = [
  'pyroscope/render',
  'pyroscope/render-diff',
  'pyroscope/label-values',
] as const;

export type RenderMethod = (typeof RENDER_METHODS)[number];

export type QueryCall = {
  readonly method: QueryMethod | RenderMethod;
  /** The request message; of a render method what stands behind the `?` of its address. */
  readonly request: Uint8Array;
  /** How a message is written, as for `encoding`. */
  readonly requestEncoding: 'proto' | 'json' | 'address';
  /** How the answer is to be written: binary protobuf, or its JSON as the Connect protocol has it. */
  readonly encoding: 'proto' | 'json';
  readonly tenants: readonly [TenantId, ...TenantId[]];
  /** The client can read label names that are not `[a-zA-Z_][a-zA-Z0-9_]*`. */
  readonly takesUtf8LabelNames: boolean;
};

/** What one query may ask for. 0 lifts a limit of time. */
export type QueryLimits = {
  /** `-querier.max-query-length`: of Pyroscope's API. */
  readonly maxQueryLengthMillis: number;
  /** `-querier.max-query-lookback`: of Pyroscope's API. */
  readonly maxQueryLookbackMillis: number;
  /** `-querier.max-flamegraph-nodes-default`, when a request names no number. */
  readonly maxFlameGraphNodesDefault: number;
  /** `-querier.max-flamegraph-nodes-max`. */
  readonly maxFlameGraphNodesMax: number;
};

/** Codes of the Connect protocol that a query can end with. */
export type QueryErrorCode =
  | 'invalid_argument'
  | 'unknown'
  | 'not_found'
  | 'resource_exhausted'
  | 'deadline_exceeded'
  | 'canceled'
  | 'unavailable'
  | 'unimplemented'
  | 'internal';

export type QueryAnswer =
  | {
      readonly ok: true;
      readonly message: Uint8Array<ArrayBuffer>;
      /** What the answer to a render method is. */
      readonly contentType?: string;
    }
  | {
      readonly ok: false;
      readonly code: QueryErrorCode;
      readonly message: string;
      readonly retryAfterSeconds?: number;
      /** Whose fault it is, where compatibility wants a code that hides it. */
      readonly cause?: 'malformed_profile' | 'invalid_argument';
      /** The request is no message of its method. */
      readonly isUnread?: true;
      /** A file of the store is not what was written, or cannot be read. */
      readonly isDamage?: true;
    };
