import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { createSeededRandom, JobError, type JobOutcome } from '@emberscope/node-kit';
import { ANONYMOUS } from '../../store/ids.ts';
import { createAdHocId } from '../../store/tenant-files/adhoc-id.ts';
import type { AdHocStore } from '../../store/tenant-files/adhoc-store.ts';
import type { FilesError } from '../../store/tenant-files/files-answer.ts';
import type { AdHocAnswer, AdHocCall } from './adhoc-call.ts';
import { createAdHocService } from './adhoc-service.ts';

const ID = createAdHocId(1, new Uint8Array(10), 'a.txt');
const ANSWERED: JobOutcome<AdHocAnswer> = {
  kind: 'done',
  output: { ok: true, message: Uint8Array.of(7), kept: { id: ID, file: new Uint8Array(1) } },
};
const CHOICE = { profileType: undefined, maxNodes: undefined };
const CLIENT = {
  encoding: 'proto',
  signal: new AbortController().signal,
  timeoutMillis: undefined,
} as const;

function serviceWith(parts: {
  readonly ask?: (call: AdHocCall, timeoutMillis?: number) => Promise<JobOutcome<AdHocAnswer>>;
  readonly error?: FilesError;
}) {
  const { ask = async () => ANSWERED, error } = parts;
  const failed = error === undefined ? undefined : ({ ok: false, error } as const);
  const files: AdHocStore = {
    add: async () => failed ?? { ok: true, value: undefined },
    read: async () => failed ?? { ok: true, value: new Uint8Array(1) },
    list: async () => failed ?? { ok: true, value: [ID] },
  };
  return createAdHocService({
    threads: { adHoc: (call, options) => ask(call, options.timeoutMillis) },
    files,
    limits: {
      ...{ maxMessageBytes: 1, maxProfileBytes: 1 },
      query: {
        ...{ maxQueryLengthMillis: 0, maxQueryLookbackMillis: 0 },
        ...{ maxFlameGraphNodesDefault: 0, maxFlameGraphNodesMax: 0 },
      },
    },
    random: createSeededRandom(1),
    nowMillis: () => 1,
  });
}

const message = { bytes: new Uint8Array(1), isGzip: false };

describe('an uploaded file that is asked for', () => {
  test('is read and answered about; more than sixteen at once are told to come again', async () => {
    let release = () => {};
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    const service = serviceWith({ ask: () => held.then(() => ANSWERED) });
    const get = () => service.get(ANONYMOUS, ID, CHOICE, CLIENT);
    const running = Array.from({ length: 16 }, get);
    const busy = await get();
    assert.ok(!busy.ok && busy.code === 'resource_exhausted' && busy.retryAfterSeconds === 1);
    release();
    for (const answer of await Promise.all(running)) assert.ok(answer.ok);
    assert.ok((await get()).ok);
  });

  test('waits no longer than its client, nor than anybody looks at a page', async () => {
    const asked: (number | undefined)[] = [];
    const ask = async (_call: AdHocCall, timeoutMillis?: number) => {
      asked.push(timeoutMillis);
      return ANSWERED;
    };
    for (const timeoutMillis of [undefined, 5, 0, 99_999_999]) {
      await serviceWith({ ask }).get(ANONYMOUS, ID, CHOICE, { ...CLIENT, timeoutMillis });
    }
    assert.deepEqual(asked, [30_000, 5, 1, 30_000]);
  });

  const outcomes: readonly (readonly [JobOutcome<AdHocAnswer>, string])[] = [
    [{ kind: 'busy', queued: 3 }, 'unavailable'],
    [{ kind: 'cancelled', by: 'signal' }, 'canceled'],
    [{ kind: 'cancelled', by: 'close' }, 'unavailable'],
    [{ kind: 'timed-out', where: 'worker', timeoutMillis: 5 }, 'deadline_exceeded'],
    [{ kind: 'worker-died', reason: 'out of memory', isBegun: true }, 'internal'],
    [
      {
        kind: 'failed',
        error: new JobError({ name: 'Error', message: 'x', stack: undefined, data: undefined }),
      },
      'internal',
    ],
  ];
  for (const [outcome, code] of outcomes) {
    test(`ends as ${code} when its job is ${outcome.kind}`, async () => {
      const answer = await serviceWith({ ask: async () => outcome }).get(
        ANONYMOUS,
        ID,
        CHOICE,
        CLIENT,
      );
      assert.equal(answer.ok ? '' : answer.code, code);
    });
  }

  const errors: readonly (readonly [FilesError['kind'], string])[] = [
    ['unavailable', 'unavailable'],
    ['full', 'resource_exhausted'],
    ['not-found', 'not_found'],
    ['damaged', 'internal'],
  ];
  for (const [kind, code] of errors) {
    test(`ends as ${code} when its file is ${kind}, and so does an upload`, async () => {
      const service = serviceWith({
        error: { kind, reason: 'why', retryAfterSeconds: 60 } as never,
      });
      for (const answer of [
        await service.get(ANONYMOUS, ID, CHOICE, CLIENT),
        await service.upload(ANONYMOUS, message, CLIENT),
        await service.diff(ANONYMOUS, { left: ID, right: ID }, CHOICE, CLIENT),
      ]) {
        assert.ok(!answer.ok);
        assert.equal(answer.code, code);
        assert.match(answer.message, /^(left )?why$/);
        assert.equal(answer.retryAfterSeconds, kind === 'unavailable' ? 60 : undefined);
      }
    });
  }

  test('has an id of letters that are safe in a path', async () => {
    const service = serviceWith({});
    for (const id of ['', '../x', 'a b']) {
      const answer = await service.get(ANONYMOUS, id, CHOICE, CLIENT);
      assert.equal(
        answer.ok ? '' : answer.message,
        `id '${id}' is invalid: can only contain [a-zA-Z0-9_-.]`,
      );
      const diff = await service.diff(ANONYMOUS, { left: ID, right: id }, CHOICE, CLIENT);
      assert.equal(diff.ok ? '' : diff.code, 'invalid_argument');
    }
  });
});
