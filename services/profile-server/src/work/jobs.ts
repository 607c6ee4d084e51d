import type { IngestParams } from '@emberscope/ingest';
import type { IngestLimits } from '../ingest/ingest-limits.ts';
import type { PreparedIngest } from '../ingest/prepare-ingest.ts';
import type { RawSeries } from '../ingest/prepare-push.ts';
import type { PushedProfile } from '../ingest/pushed-profile.ts';
import type { QueryAnswer, QueryCall, QueryLimits } from '../query/query-call.ts';
import type { StoreStats } from '../store/answers.ts';
import type { TenantId } from '../store/ids.ts';
import type { PushOutcomes, PushSeries } from '../store/push.ts';

/** Reading what agents send: no state, on as many threads as there are cores to spare. */
export type IngestJobs = {
  preparePush: {
    input: {
      readonly series: readonly RawSeries[];
      readonly limits: IngestLimits;
      readonly nowMillis: number;
    };
    output: readonly PushedProfile[];
  };
  prepareIngest: {
    input: {
      readonly params: IngestParams;
      readonly contentType: string;
      readonly body: Uint8Array;
      readonly limits: IngestLimits;
      readonly nowMillis: number;
    };
    output: PreparedIngest;
  };
  /** A request message that came as JSON and is too long to be read on the main thread. */
  pushFromJson: {
    input: { readonly json: Uint8Array };
    output:
      | { readonly ok: true; readonly message: Uint8Array }
      | { readonly ok: false; readonly reason: string };
  };
};

/** What the one thread does that holds the profiles: it stores them, merges them, writes answers. */
export type StoreJobs = {
  push: {
    input: { readonly tenant: TenantId; readonly series: readonly PushSeries[] };
    output: PushOutcomes;
  };
  query: {
    input: {
      readonly call: QueryCall;
      readonly limits: QueryLimits;
      readonly deadlineMillis: number;
    };
    output: QueryAnswer;
  };
  stats: { input: undefined; output: ServerStoreStats };
};

export type ServerStoreStats = StoreStats & {
  readonly memoryLimitBytes: number;
  readonly droppedProfileCount: number;
};
