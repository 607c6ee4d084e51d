import type { CancelSignal, JobOutcome, Random } from '@emberscope/node-kit';
import type { TenantId } from '../../store/ids.ts';
import { type AdHocId, ID_RANDOM_BYTES, isIdText } from '../../store/tenant-files/adhoc-id.ts';
import type { AdHocStore } from '../../store/tenant-files/adhoc-store.ts';
import type { FilesAnswer, FilesError } from '../../store/tenant-files/files-answer.ts';
import type { StoreThreads } from '../../work/store-threads.ts';
import type { QueryAnswer } from '../query-call.ts';
import type { AdHocAnswer, AdHocLimits, AdHocQuestion } from './adhoc-call.ts';

/** How the client wants its answer, and until when. */
export type AdHocClient = {
  readonly encoding: 'proto' | 'json';
  readonly signal: CancelSignal;
  readonly timeoutMillis: number | undefined;
};

/** Of a file that is kept. */
export type AdHocChoice = {
  readonly profileType: string | undefined;
  readonly maxNodes: bigint | undefined;
};

/** Files that a person uploads to look at them. Messages are encoded when they come back. */
export type AdHocService = {
  upload(
    tenant: TenantId,
    message: { readonly bytes: Uint8Array; readonly isGzip: boolean },
    client: AdHocClient,
  ): Promise<QueryAnswer>;
  get(tenant: TenantId, id: string, choice: AdHocChoice, client: AdHocClient): Promise<QueryAnswer>;
  diff(
    tenant: TenantId,
    ids: { readonly left: string; readonly right: string },
    choice: AdHocChoice,
    client: AdHocClient,
  ): Promise<QueryAnswer>;
  list(tenant: TenantId): Promise<FilesAnswer<readonly AdHocId[]>>;
};

export type AdHocServiceParts = {
  readonly threads: Pick<StoreThreads, 'adHoc'>;
  readonly files: AdHocStore;
  readonly limits: AdHocLimits;
  readonly random: Random;
  readonly nowMillis: () => number;
};

/** A file may take megabytes and is read by a thread that others wait for. */
const MAX_RUNNING = 16;
/** A file of some megabytes takes less than a second; nobody looks at a page for longer. */
const LONGEST_MILLIS = 30_000;

export function createAdHocService(parts: AdHocServiceParts): AdHocService {
  const { threads, files, limits, random, nowMillis } = parts;
  let running = 0;

  async function bounded(run: () => Promise<QueryAnswer>): Promise<QueryAnswer> {
    if (running >= MAX_RUNNING) {
      const message = `${running} uploaded files are being read; the limit is ${MAX_RUNNING}`;
      return { ok: false, code: 'resource_exhausted', message, retryAfterSeconds: 1 };
    }
    running++;
    try {
      return await run();
    } finally {
      running--;
    }
  }

  async function ask(question: AdHocQuestion, client: AdHocClient): Promise<AdHocAnswer> {
    const { encoding, signal, timeoutMillis = LONGEST_MILLIS } = client;
    const options = {
      signal,
      timeoutMillis: Math.max(1, Math.min(LONGEST_MILLIS, timeoutMillis)),
      transfer: buffersOf(question),
    };
    return answerOfJob(await threads.adHoc({ question, encoding, limits }, options));
  }

  return {
    upload: (tenant, { bytes, isGzip }, client) =>
      bounded(async () => {
        const answer = await ask(
          {
            kind: 'upload',
            message: bytes,
            isGzip,
            nowMillis: nowMillis(),
            random: random.bytes(ID_RANDOM_BYTES),
          },
          client,
        );
        if (!answer.ok || answer.kept === undefined) return answer;
        const added = await files.add(tenant, answer.kept.id, answer.kept.file);
        return added.ok ? answer : failureOf(added.error);
      }),

    get: (tenant, id, choice, client) =>
      bounded(async () => {
        if (!isIdText(id)) return invalidId(id);
        const file = await files.read(tenant, id);
        if (!file.ok) return failureOf(file.error);
        return ask({ kind: 'get', id, file: file.value, ...choice }, client);
      }),

    diff: (tenant, ids, choice, client) =>
      bounded(async () => {
        for (const id of [ids.left, ids.right]) if (!isIdText(id)) return invalidId(id);
        const left = await files.read(tenant, ids.left);
        if (!left.ok) return failureOf(left.error, 'left ');
        const right = await files.read(tenant, ids.right);
        if (!right.ok) return failureOf(right.error, 'right ');
        return ask(
          {
            kind: 'diff',
            ...{ leftId: ids.left, left: left.value, rightId: ids.right, right: right.value },
            ...choice,
          },
          client,
        );
      }),

    list: (tenant) => files.list(tenant),
  };
}

type Failure = Extract<QueryAnswer, { readonly ok: false }>;

function invalidId(id: string): Failure {
  const message = `id '${id}' is invalid: can only contain [a-zA-Z0-9_-.]`;
  return { ok: false, code: 'invalid_argument', message };
}

function failureOf(error: FilesError, side = ''): Failure {
  const message = error.reason;
  switch (error.kind) {
    case 'unavailable': {
      const { retryAfterSeconds } = error;
      return { ok: false, code: 'unavailable', message, retryAfterSeconds };
    }
    case 'full':
      return { ok: false, code: 'resource_exhausted', message };
    case 'not-found':
      return { ok: false, code: 'not_found', message: side + message };
    case 'damaged':
    case 'outdated':
      return { ok: false, code: 'internal', message };
    default:
      return error satisfies never;
  }
}

function answerOfJob(done: JobOutcome<AdHocAnswer>): AdHocAnswer {
  switch (done.kind) {
    case 'done':
      return done.output;
    case 'cancelled':
      return done.by === 'signal'
        ? { ok: false, code: 'canceled', message: 'the client went away' }
        : notNow('the server is stopping');
    case 'timed-out': {
      const message = `it was not done within ${done.timeoutMillis} ms`;
      return { ok: false, code: 'deadline_exceeded', message };
    }
    case 'busy':
      return notNow(`${done.queued} requests wait already`);
    case 'worker-died':
    case 'failed': {
      const reason = done.kind === 'failed' ? done.error.message : done.reason;
      // Sent again it would end another thread: the file is at fault, or our reader is.
      return { ok: false, code: 'internal', message: `the file could not be read: ${reason}` };
    }
    default:
      return done satisfies never;
  }
}

function notNow(message: string): Failure {
  return { ok: false, code: 'unavailable', message, retryAfterSeconds: 1 };
}

/** What changes hands instead of being copied. */
function buffersOf(question: AdHocQuestion): readonly ArrayBuffer[] {
  switch (question.kind) {
    case 'upload':
      return ownBuffers(question.message);
    case 'get':
      return ownBuffers(question.file);
    case 'diff':
      return ownBuffers(question.left, question.right);
    default:
      return question satisfies never;
  }
}

/** Not those that are a part of Node's pool, which others use too. */
function ownBuffers(...all: readonly Uint8Array[]): readonly ArrayBuffer[] {
  return all.flatMap(({ buffer }) =>
    buffer instanceof ArrayBuffer && buffer.byteLength > Buffer.poolSize ? [buffer] : [],
  );
}
