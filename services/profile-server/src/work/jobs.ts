import type { IngestParams } from '@emberscope/ingest';
import type { IngestLimits } from '../ingest/ingest-limits.ts';
import type { PreparedIngest } from '../ingest/prepare-ingest.ts';
import type { PushMessage, ReadPush } from '../ingest/read-push.ts';
import type { QueryAnswer, QueryCall, QueryLimits } from '../query/query-call.ts';
import type { StoreStats } from '../store/answers.ts';
import type { TenantId } from '../store/ids.ts';
import type { PushRefusal } from '../store/push.ts';
import type { PackedProfile } from './packed-series.ts';

/** Reading what agents send: no state, on as many threads as there are cores to spare. */
export type IngestJobs = {
  preparePush: {
    input: {
      readonly message: PushMessage;
      /** Of the message, inflated. */
      readonly maxBytes: number;
      readonly limits: IngestLimits;
      readonly nowMillis: number;
    };
    output:
      | { readonly kind: 'profiles'; readonly profiles: readonly PackedProfile[] }
      /** No series has a profile. */
      | { readonly kind: 'nothing' }
      | Exclude<ReadPush, { readonly kind: 'read' }>;
  };
  prepareIngest: {
    input: {
      readonly params: IngestParams;
      readonly contentType: string;
      readonly body: Uint8Array;
      readonly limits: IngestLimits;
      readonly nowMillis: number;
    };
    output:
      | { readonly kind: 'profiles'; readonly profiles: readonly PackedProfile[] }
      | Exclude<PreparedIngest, { readonly kind: 'profiles' }>;
  };
};

/** What the one thread does that holds the profiles: it stores them, merges them, writes answers. */
export type StoreJobs = {
  push: {
    /** Profiles as `packProfile` packs them. */
    input: { readonly tenant: TenantId; readonly profiles: readonly Uint8Array[] };
    /** Why not all of a profile was stored, for each that was pushed. */
    output: readonly (PushRefusal | undefined)[];
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
