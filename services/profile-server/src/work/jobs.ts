import type { IngestParams } from '@emberscope/ingest';
import type { IngestLimits } from '../ingest/ingest-limits.ts';
import type { PreparedExport } from '../ingest/otlp/prepare-export.ts';
import type { ExportMessage, ReadExport } from '../ingest/otlp/read-export.ts';
import type { PreparedIngest } from '../ingest/prepare-ingest.ts';
import type { PushProgress } from '../ingest/push-piece.ts';
import type { PushMessage, ReadPush } from '../ingest/read-push.ts';
import type { AdHocAnswer, AdHocCall } from '../query/adhoc/adhoc-call.ts';
import type { QueryAnswer, QueryCall, QueryLimits } from '../query/query-call.ts';
import type {
  FlushJob,
  FlushResult,
  MergeJob,
  MergeResult,
} from '../store/embedded/maintenance/maintenance-jobs.ts';
import type { StoreView } from '../store/embedded/store-view.ts';
import type { StoreEvent } from '../store/embedded/writer/store-event.ts';
import type { WriterStats } from '../store/embedded/writer/writer-stats.ts';
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
      readonly progress: PushProgress;
    };
    output:
      | {
          readonly kind: 'profiles';
          readonly profiles: readonly PackedProfile[];
          /** What is left to be read, in another job. */
          readonly rest: PushRest | undefined;
        }
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
  prepareExport: {
    input: {
      readonly message: ExportMessage;
      /** Of the message, inflated. */
      readonly maxBytes: number;
      readonly limits: IngestLimits;
      readonly nowMillis: number;
    };
    output:
      | {
          readonly kind: 'profiles';
          readonly profiles: readonly PackedProfile[];
          readonly droppedCount: number;
        }
      | Exclude<PreparedExport, { readonly kind: 'profiles' }>
      | Exclude<ReadExport, { readonly kind: 'read' }>;
  };
};

/** A push of which a piece has been read. */
export type PushRest = { readonly message: PushMessage; readonly progress: PushProgress };

/** What the one thread does that writes the store. */
export type WriterJobs = {
  /** Opens the data directory and recovers what is in it; every other job waits for that. */
  start: { input: undefined; output: Started };
  /** Pushes that came together: they are made durable together. */
  push: { input: readonly PushInput[]; output: PushedBatch };
  stats: { input: undefined; output: WriterReport };
  /** Flushes, lets go of the directory. Nothing is to be asked for afterwards. */
  stop: { input: undefined; output: undefined };
};

export type Started =
  | { readonly ok: true; readonly view: StoreView; readonly events: readonly StoreEvent[] }
  /** One sentence. */
  | { readonly ok: false; readonly reason: string };

export type PushInput = {
  readonly tenant: TenantId;
  /** Of the first profile: pushes of one service are stored one after another. */
  readonly service: string;
  /** Profiles as `packProfile` packs them. */
  readonly profiles: readonly Uint8Array[];
};

/** Why not all of a profile was stored, for each that was pushed. */
export type PushOutput = readonly (PushRefusal | undefined)[];

export type PushedBatch = {
  /** One for each push; a text where a mistake of ours kept it from being stored. */
  readonly outcomes: readonly (PushOutput | string)[];
  /** What there is to read now. */
  readonly view: StoreView;
};

export type WriterReport = {
  readonly stats: WriterStats;
  readonly view: StoreView;
  /** For the log: what happened since the last report. */
  readonly events: readonly StoreEvent[];
};

/** Turning the log into segments, and segments into fewer ones. */
export type MaintenanceJobs = {
  flush: { input: FlushJob; output: FlushResult };
  merge: { input: MergeJob; output: MergeResult };
};

/** What threads do that read the store: they merge, and write answers. */
export type QueryJobs = {
  query: { input: QueryInput & { readonly view: StoreView }; output: QueryAnswer };
  /** About files that people have uploaded, which come with the question. */
  adHoc: { input: AdHocCall; output: AdHocAnswer };
  /**
   * Reads some of what the first queries will need, or asks itself a question as a person would, and
   * answers whether there is more of that to do, or to do later.
   */
  warm: { input: WarmInput; output: Warmed };
  /** Lets go of what this view does not have. */
  see: { input: StoreView; output: undefined };
  /** Gives back what the whole process has freed and holds. */
  giveBack: { input: undefined; output: undefined };
};

export type WarmInput = {
  readonly view: StoreView;
  readonly limits: QueryLimits;
  readonly busyWith: BusyWith;
};

/** What the server's cores are for just now, before practice: many pushes, or queries. */
export type BusyWith = 'nothing' | 'pushes' | 'queries';

/**
 * `cold`: there is nothing to do it with yet, or no time. `newest`, said once: questions about the
 * newest minutes are practised, and there is more to do.
 */
export type Warmed = 'cold' | 'more' | 'newest' | 'warm';

export type QueryInput = {
  readonly call: QueryCall;
  readonly limits: QueryLimits;
  readonly deadlineMillis: number;
};
