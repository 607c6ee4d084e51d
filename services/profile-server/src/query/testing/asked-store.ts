import assert from 'node:assert/strict';
import {
  create,
  type DescMessage,
  type DescMethodUnary,
  fromBinary,
  fromJsonString,
  type MessageInitShape,
  type MessageShape,
  toBinary,
} from '@bufbuild/protobuf';
import { labelSetFromRecord } from '@emberscope/labels';
import { parseProfileType, profileFromText } from '@emberscope/profile';
import { unixNanos } from '@emberscope/units';
import { createStoreInMemory } from '../../store/embedded/testing/store-in-memory.ts';
import { type TenantId, tenantId } from '../../store/ids.ts';
import type { ProfileReader, ProfileStore } from '../../store/profile-store.ts';
import { createBruteForceStore } from '../../store/testing/brute-force-store.ts';
import { answerQuery } from '../answer-query.ts';
import type { QueryParts } from '../query.ts';
import {
  QUERY_METHODS,
  type QueryAnswer,
  type QueryCall,
  type QueryLimits,
  type RenderMethod,
} from '../query-call.ts';

/** 2026-11-24T12:00:00Z: what the tests take for now. A whole minute. */
export const NOW_MILLIS = 1_795_521_600_000;
export const NOW = BigInt(NOW_MILLIS);
export const MINUTE = 60_000n;
export const DAY = 86_400_000n;

export const CPU = 'process_cpu:cpu:nanoseconds:cpu:nanoseconds';
export const SAMPLES = 'process_cpu:samples:count:cpu:nanoseconds';
export const MEMORY = 'memory:inuse_space:bytes:inuse_space:bytes';
export const BLOCKED = 'eventloop:blocked_time:nanoseconds:eventloop:nanoseconds';

export const LIMITS: QueryLimits = {
  maxQueryLengthMillis: 86_400_000,
  maxQueryLookbackMillis: 7 * 86_400_000,
  maxFlameGraphNodesDefault: 8192,
  maxFlameGraphNodesMax: 1_048_576,
};

/**
 * The engines that queries are tested on: the real one with all in its log, the same with each push
 * in segments, and the one that is plain.
 */
export const ENGINES = ['embedded', 'embedded, flushed', 'brute force'] as const;

export type Pushed = {
  /** `main;serve 3`, a value for each type. */
  readonly drawn: string;
  readonly service?: string;
  /** One type, or several that are one profile. CPU when left out. */
  readonly types?: readonly string[];
  readonly labels?: Readonly<Record<string, string>>;
  /** Milliseconds before now. */
  readonly ago?: bigint;
  readonly nanosOnTop?: bigint;
  readonly durationNanos?: bigint;
  readonly tenant?: TenantId;
};

export type AskOptions = {
  readonly encoding?: QueryCall['encoding'];
  readonly tenants?: QueryCall['tenants'];
  readonly takesUtf8LabelNames?: boolean;
  readonly limits?: Partial<QueryLimits>;
  readonly retentionNanos?: bigint;
  readonly reader?: ProfileReader;
  readonly signal?: AbortSignal;
};

/** A request as an object literal. */
export type Init<Schema extends DescMessage> = Exclude<
  MessageInitShape<Schema>,
  { readonly $typeName: string }
>;

/** A store with queries in front of it. */
export type AskedStore = {
  readonly store: ProfileStore;
  push(...profiles: readonly Pushed[]): Promise<void>;
  /** The answer, read; fails when there is none. */
  ask<Request extends DescMessage, Response extends DescMessage>(
    method: DescMethodUnary<Request, Response>,
    request: MessageInitShape<Request>,
    options?: AskOptions,
  ): Promise<MessageShape<Response>>;
  answerTo<Request extends DescMessage>(
    method: DescMethodUnary<Request>,
    request: MessageInitShape<Request>,
    options?: AskOptions,
  ): Promise<QueryAnswer>;
  /** An answer of the older HTTP API, with what stands behind the `?` of its address. */
  answerToRender(method: RenderMethod, query: string, options?: AskOptions): Promise<QueryAnswer>;
};

export const TENANT = tenantId('team-a');

export async function openAskedStore(
  engine: (typeof ENGINES)[number] = 'embedded',
): Promise<AskedStore> {
  const nowMillis = () => NOW_MILLIS;
  const embedded = engine === 'brute force' ? undefined : createStoreInMemory({ nowMillis });
  const store = embedded ?? createBruteForceStore({ nowMillis });
  await store.start();
  const answer = (
    asked: Pick<QueryCall, 'method' | 'request' | 'requestEncoding'>,
    options: AskOptions,
  ): Promise<QueryAnswer> => {
    const parts: QueryParts = {
      reader: options.reader ?? store,
      limits: { ...LIMITS, ...options.limits },
      nowMillis,
      ...(options.retentionNanos !== undefined && { retentionNanos: options.retentionNanos }),
    };
    const call = {
      ...asked,
      encoding: options.encoding ?? 'proto',
      tenants: options.tenants ?? [TENANT],
      takesUtf8LabelNames: options.takesUtf8LabelNames ?? false,
    } as const;
    return answerQuery(call, parts, { signal: options.signal ?? new AbortController().signal });
  };
  const answerTo: AskedStore['answerTo'] = (method, request, options = {}) => {
    const path = `${method.parent.typeName}/${method.name}`;
    const known = QUERY_METHODS.find((each) => each === path) ?? assert.fail(path);
    const bytes = toBinary(method.input, create(method.input, request));
    return answer({ method: known, request: bytes, requestEncoding: 'proto' }, options);
  };
  return {
    store,
    async push(...profiles) {
      for (const profile of profiles) await pushOne(store, profile);
      if (engine === 'embedded, flushed') await embedded?.flush();
    },
    async ask(method, request, options = {}) {
      const answer = await answerTo(method, request, options);
      assert.ok(answer.ok, answer.ok ? '' : `${answer.code}: ${answer.message}`);
      if (options.encoding !== 'json') return fromBinary(method.output, answer.message);
      return fromJsonString(method.output, new TextDecoder().decode(answer.message));
    },
    answerTo,
    answerToRender: (method, query, options = {}) =>
      answer(
        { method, request: new TextEncoder().encode(query), requestEncoding: 'address' },
        options,
      ),
  };
}

async function pushOne(store: ProfileStore, pushed: Pushed): Promise<void> {
  const { drawn, service = 'api', types = [CPU], labels = {}, ago = 0n } = pushed;
  const parsed = types.map((id) => {
    const read = parseProfileType(id);
    assert.ok(read.ok);
    return read.profileType;
  });
  const [first] = parsed;
  assert.ok(first !== undefined);
  const profile = profileFromText(drawn, {
    sampleTypes: parsed.map(({ sampleType, sampleUnit }) => ({
      type: sampleType,
      unit: sampleUnit,
    })),
    periodType: { type: first.periodType, unit: first.periodUnit },
    timeNanos: unixNanos((NOW - ago) * 1_000_000n + (pushed.nanosOnTop ?? 0n)),
    durationNanos: pushed.durationNanos ?? 0n,
  });
  const set = labelSetFromRecord({ __name__: first.name, service_name: service, ...labels });
  const [[outcome] = []] = await store.push(pushed.tenant ?? TENANT, [
    { labels: set, profiles: [{ profile }] },
  ]);
  assert.equal(outcome?.kind, 'stored');
}
