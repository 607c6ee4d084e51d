import type { IngestParams } from '@emberscope/ingest';
import type { CancelSignal, JobOutcome } from '@emberscope/node-kit';
import type { TenantId } from '../store/ids.ts';
import type { PushRefusal } from '../store/push.ts';
import type { IngestPool } from '../work/ingest-pool.ts';
import { ownBuffer } from '../work/own-buffer.ts';
import { giveBackProfiles, type PackedProfile } from '../work/packed-series.ts';
import type { StoreThreads } from '../work/store-threads.ts';
import type { IngestLimits } from './ingest-limits.ts';
import type { ExportMessage } from './otlp/read-export.ts';
import type { RateLimit } from './rate-limit.ts';
import { readInPieces } from './read-in-pieces.ts';
import type { PushMessage } from './read-push.ts';
import { type DiscardCause, invalid, type Refusal } from './refusal.ts';

/** What became of a request. Profiles that were fine are stored whatever became of the others. */
export type IngestVerdict =
  /** Everything is stored, or was stored before, or had nothing to store. */
  | { readonly kind: 'stored' }
  /** `index` is that of the first profile that was refused. */
  | { readonly kind: 'refused'; readonly refusal: Refusal; readonly index: number }
  | { readonly kind: 'rate-limited'; readonly reason: string; readonly index: number }
  /** Nothing is wrong with the request: it may succeed in a while. */
  | { readonly kind: 'unavailable'; readonly reason: string; readonly retryAfterSeconds: number }
  | { readonly kind: 'cancelled' };

/** Of a Push as a whole. */
export type PushVerdict =
  | IngestVerdict
  | { readonly kind: 'too-large'; readonly limitBytes: number };

/** Of `/ingest` alone: the body or the name is not what it should be. */
export type BodyVerdict =
  | { readonly kind: 'malformed-body'; readonly reason: string }
  | { readonly kind: 'invalid-argument'; readonly reason: string };

/** Of an OTLP export alone. */
export type ExportVerdict =
  | PushVerdict
  /** The message could not be inflated, or not be read. */
  | { readonly kind: 'not-gzip' | 'malformed'; readonly reason: string }
  /** The message contradicts itself, and nothing of it is stored. */
  | { readonly kind: 'unconvertible'; readonly reason: string };

export type IngestService = {
  push(tenant: TenantId, message: PushMessage, signal: CancelSignal): Promise<PushVerdict>;
  ingest(
    tenant: TenantId,
    upload: {
      readonly params: IngestParams;
      readonly contentType: string;
      readonly body: Uint8Array;
    },
    signal: CancelSignal,
  ): Promise<IngestVerdict | BodyVerdict>;
  /** `maxBytes` of the message, inflated. */
  export(
    tenant: TenantId,
    message: ExportMessage,
    maxBytes: number,
    signal: CancelSignal,
  ): Promise<ExportVerdict>;
};

export type IngestObserver = {
  readonly stored: (profiles: number, bytes: number) => void;
  readonly discarded: (cause: DiscardCause, bytes: number) => void;
};

export type IngestServiceParts = {
  readonly pool: IngestPool;
  readonly store: Pick<StoreThreads, 'push'>;
  readonly rateLimit: RateLimit;
  readonly limits: IngestLimits;
  readonly nowMillis: () => number;
  readonly observe: IngestObserver;
};

/** How soon a client should come again when there is no room. */
const RETRY_SECONDS = 1;

/**
 * Takes profiles from the door to the store: read on one thread, stored on another. A request is
 * answered when all it brought is stored.
 */
export function createIngestService(parts: IngestServiceParts): IngestService {
  const { pool, store, rateLimit, limits, nowMillis, observe } = parts;

  async function storeProfiles(
    tenant: TenantId,
    profiles: readonly PackedProfile[],
  ): Promise<IngestVerdict> {
    const stored = await storeWanted(tenant, profiles);
    // Durable or refused: the writer has read them. One that is given up may read on: rather than
    // have it store another profile's bytes, their room is lost.
    if (!stored.mayStillBeRead) giveBackProfiles(profiles);
    return stored.verdict;
  }

  async function storeWanted(
    tenant: TenantId,
    profiles: readonly PackedProfile[],
  ): Promise<{ readonly verdict: IngestVerdict; readonly mayStillBeRead: boolean }> {
    const failures: (IngestVerdict | undefined)[] = profiles.map((profile, index) => {
      if (profile.outcome.kind === 'refused') {
        observe.discarded(profile.outcome.refusal.cause, profile.sizeBytes);
        return { kind: 'refused', refusal: profile.outcome.refusal, index };
      }
      const reason = rateLimit.take(tenant, profile.sizeBytes);
      if (reason === undefined) return undefined;
      observe.discarded('rate_limited', profile.sizeBytes);
      return { kind: 'rate-limited', reason, index };
    });
    const batch: Uint8Array[] = [];
    const transfer: ArrayBuffer[] = [];
    const ownerOf: number[] = [];
    let service: string | undefined;
    for (const [index, { outcome }] of profiles.entries()) {
      const isWanted = failures[index] === undefined && outcome.kind === 'ready';
      if (!isWanted || outcome.seriesCount === 0) continue;
      batch.push(outcome.series);
      service ??= outcome.service;
      const { buffer } = outcome.series;
      if (buffer instanceof ArrayBuffer) transfer.push(buffer);
      ownerOf.push(index);
    }
    if (batch.length > 0) {
      // Not cancelled with its client: half of what was begun would be stored all the same.
      const done = await store.push({ tenant, service: service ?? '', profiles: batch }, transfer);
      if (done.kind !== 'done') {
        const mayStillBeRead = done.kind === 'timed-out' && done.where === 'worker';
        return { verdict: unavailable(done), mayStillBeRead };
      }
      for (const [position, refusal] of done.output.entries()) {
        const index = ownerOf[position] ?? 0;
        if (refusal !== undefined) failures[index] ??= failureOf(refusal, index);
      }
    }
    for (const [index, { sizeBytes, outcome }] of profiles.entries()) {
      if (outcome.kind !== 'ready') continue;
      const failure = failures[index];
      if (failure === undefined) observe.stored(outcome.seriesCount, sizeBytes);
      else if (failure.kind === 'refused') observe.discarded(failure.refusal.cause, sizeBytes);
      else if (failure.kind === 'unavailable') observe.discarded('store_unavailable', sizeBytes);
    }
    return { verdict: worst(failures), mayStillBeRead: false };
  }

  return {
    async push(tenant, message, signal) {
      const failures: IngestVerdict[] = [];
      let doneProfiles = 0;
      for await (const read of readInPieces(pool, message, limits, nowMillis(), signal)) {
        if (read.kind !== 'done')
          return worst([...failures, behind(doneProfiles, unreadable(read))]);
        const { output } = read;
        switch (output.kind) {
          case 'profiles': {
            const verdict = behind(doneProfiles, await storeProfiles(tenant, output.profiles));
            if (verdict.kind !== 'stored') failures.push(verdict);
            // All of it comes again: what is stored by now will be known by its ids, where those are
            // a collector's of ours. Of other clients it will be there twice.
            if (verdict.kind === 'unavailable') return verdict;
            doneProfiles += output.profiles.length;
            break;
          }
          case 'nothing': {
            const refusal = invalid('malformed_profile', 'no profiles received');
            return { kind: 'refused', refusal, index: 0 };
          }
          case 'malformed': {
            const refusal = invalid('malformed_profile', output.reason);
            return { kind: 'refused', refusal, index: 0 };
          }
          case 'too-large':
            return output;
          default:
            return output satisfies never;
        }
      }
      return worst(failures);
    },

    async ingest(tenant, { params, contentType, body }, signal) {
      const input = { params, contentType, body, limits, nowMillis: nowMillis() };
      const bytes = body.length;
      const read = await pool.run('prepareIngest', input, { signal, transfer: ownBuffer(body) });
      if (read.kind !== 'done') return unreadable(read);
      if (read.output.kind === 'profiles') return storeProfiles(tenant, read.output.profiles);
      observe.discarded('malformed_profile', bytes);
      return read.output;
    },

    async export(tenant, message, maxBytes, signal) {
      const bytes = message.bytes.length;
      const input = { message, maxBytes, limits, nowMillis: nowMillis() };
      const transfer = ownBuffer(message.bytes);
      const read = await pool.run('prepareExport', input, { signal, transfer });
      if (read.kind !== 'done') return unreadable(read);
      const { output } = read;
      if (output.kind === 'profiles') {
        // Their share of the message is not known.
        for (let i = 0; i < output.droppedCount; i++) observe.discarded('malformed_profile', 0);
        return storeProfiles(tenant, output.profiles);
      }
      observe.discarded(
        output.kind === 'too-large' ? 'profile_size_limit' : 'malformed_profile',
        bytes,
      );
      return output;
    },
  };
}

function failureOf(refusal: PushRefusal, index: number): IngestVerdict {
  switch (refusal.kind) {
    case 'too-many-series':
      return { kind: 'refused', refusal: invalid('series_limit', refusal.reason), index };
    case 'older-than-retention':
      return {
        kind: 'refused',
        refusal: invalid('not_in_ingestion_window', refusal.reason),
        index,
      };
    case 'too-large':
      return { kind: 'refused', refusal: invalid('profile_size_limit', refusal.reason), index };
    case 'store': {
      const { error } = refusal;
      const retryAfterSeconds =
        error.kind === 'unavailable' ? error.retryAfterSeconds : RETRY_SECONDS;
      return { kind: 'unavailable', reason: error.reason, retryAfterSeconds };
    }
    default:
      return refusal satisfies never;
  }
}

/** What can be sent again comes first: the client sends all of it again, and then hears the rest. */
function worst(failures: readonly (IngestVerdict | undefined)[]): IngestVerdict {
  const found = failures.filter((failure) => failure !== undefined);
  return found.find(({ kind }) => kind === 'unavailable') ?? found[0] ?? { kind: 'stored' };
}

/** The verdict on a piece of a request, of which so many profiles came before. */
function behind(profiles: number, verdict: IngestVerdict): IngestVerdict {
  return 'index' in verdict ? { ...verdict, index: profiles + verdict.index } : verdict;
}

type NotDone = Exclude<JobOutcome<unknown>, { readonly kind: 'done' }>;

/** A thread that could not read a body: a mistake of ours, or more than it had time or memory for. */
function unreadable(outcome: NotDone): IngestVerdict {
  if (outcome.kind === 'worker-died' && !outcome.isBegun) {
    return notNow(`a thread ended that was about to read the profile: ${outcome.reason}`);
  }
  if (outcome.kind === 'worker-died' || outcome.kind === 'failed') {
    const reason = outcome.kind === 'failed' ? outcome.error.message : outcome.reason;
    // Sent again it would end another thread: the body is at fault, or our reader is.
    const refusal = invalid('malformed_profile', `the profile could not be read: ${reason}`);
    return { kind: 'refused', refusal, index: 0 };
  }
  return unavailable(outcome);
}

function unavailable(outcome: NotDone): IngestVerdict {
  switch (outcome.kind) {
    case 'cancelled':
      if (outcome.by === 'signal') return { kind: 'cancelled' };
      return notNow('the server is stopping');
    case 'busy':
      return notNow(`${outcome.queued} requests wait already`);
    case 'timed-out':
      return notNow(`it was not done within ${outcome.timeoutMillis} ms`);
    case 'worker-died':
      return notNow(`the thread that stores profiles ended: ${outcome.reason}`);
    case 'failed':
      return notNow(`the profile could not be stored: ${outcome.error.message}`);
    default:
      return outcome satisfies never;
  }
}

function notNow(reason: string): IngestVerdict {
  return { kind: 'unavailable', reason, retryAfterSeconds: RETRY_SECONDS };
}
