import { connect } from 'node:net';
import {
  answerText,
  type Clock,
  createFrontDoor,
  type HttpHandler,
  type Random,
  uuidV4,
} from '@emberscope/node-kit';
import type { IngestLimits } from '../ingest/ingest-limits.ts';
import { createIngestService } from '../ingest/ingest-service.ts';
import type { QueryLimits } from '../query/query-call.ts';
import { createQueryService } from '../query/query-service.ts';
import type { IngestPool } from '../work/ingest-pool.ts';
import { createAdmission, DEFAULT_ADMISSION_LIMITS } from './admission.ts';
import { practicePush } from './practice-requests.ts';
import { createPushRoute } from './push-route.ts';
import { queryRoute } from './query-routes.ts';
import { answerRpc } from './rpc-routes.ts';
import { createTenancy } from './tenancy.ts';

export type DoorPractice = {
  readonly pool: IngestPool;
  readonly ingestLimits: IngestLimits;
  readonly queryLimits: QueryLimits;
  readonly clock: Clock;
  readonly random: Random;
};

/** Clients at a time, and how often each asks: what little more it brings, a start would wait for. */
const CLIENTS = 2;
const ROUNDS = 2;

/** A start does not wait longer for it. */
const PRACTICE_MAX_MILLIS = 250;

/**
 * Takes a few pushes and queries before anybody sends one, at a front door of its own on this machine
 * alone: the same code reads and answers them, up to the store, which is none. Nothing is left of
 * them, neither profiles nor counts.
 *
 * Code that never ran is read, compiled and slow: the first 64 pushes took a turn of 30 ms for it.
 *
 * Answers the port that the door was at, where nobody listens any more; undefined when it was at none.
 */
export async function practiseDoor(practice: DoorPractice): Promise<number | undefined> {
  const { clock } = practice;
  const token = uuidV4(practice.random);
  const door = createFrontDoor({ handler: practiceHandler(practice, token) });
  const listening = await door.listen({ host: '127.0.0.1', port: 0 }, 'practice');
  // A machine without a loopback interface: the first client will do.
  if (!listening.ok) return undefined;
  const { port } = listening.address;
  let stopTimer = () => {};
  const late = new Promise<void>((resolve) => {
    stopTimer = clock.after(PRACTICE_MAX_MILLIS, resolve);
  });
  const requests = [
    requestOf(PUSH_PATH, token, practicePush()),
    requestOf(QUERY_PATH, token, new Uint8Array(0)),
  ];
  const clients = Array.from({ length: CLIENTS }, () => practise(port, requests));
  await Promise.race([Promise.all(clients), late]);
  stopTimer();
  await door.close(0);
  return port;
}

const TOKEN_HEADER = 'x-practice';
const PUSH_PATH = '/push.v1.PusherService/Push';
const QUERY_METHOD = 'querier.v1.QuerierService/LabelNames';
const QUERY_PATH = `/${QUERY_METHOD}`;

/** Answers nobody else, who would believe that something was stored. */
export function practiceHandler(
  { pool, ingestLimits, queryLimits, clock }: DoorPractice,
  token: string,
): HttpHandler {
  const tenancy = createTenancy(false);
  const ingest = createIngestService({
    pool,
    store: {
      push: async ({ profiles }) => ({ kind: 'done', output: profiles.map(() => undefined) }),
    },
    rateLimit: { take: () => undefined },
    limits: ingestLimits,
    nowMillis: () => clock.nowMillis(),
    observe: { stored: () => {}, discarded: () => {} },
  });
  const queries = createQueryService({
    store: {
      query: async () => ({ kind: 'done', output: { ok: true, message: new Uint8Array(1024) } }),
    },
    limits: queryLimits,
    nowMillis: () => clock.nowMillis(),
    monotonicMillis: () => clock.monotonicMillis(),
    observe: () => {},
  });
  const admission = createAdmission(DEFAULT_ADMISSION_LIMITS);
  const push = createPushRoute({
    ...{ ingest, admission, tenancy, clock },
    maxBodyBytes: DEFAULT_ADMISSION_LIMITS.maxBytes,
  });
  const query = queryRoute(QUERY_METHOD, queries, tenancy);
  return (request, response) => {
    if (request.headers[TOKEN_HEADER] !== token) return answerText(response, 404, 'not here\n');
    return request.url === PUSH_PATH
      ? push.answer(request, response)
      : answerRpc(query, request, response);
  };
}

function requestOf(path: string, token: string, body: Uint8Array): Uint8Array {
  const head = [
    `POST ${path} HTTP/1.1`,
    'host: practice',
    `${TOKEN_HEADER}: ${token}`,
    'content-type: application/proto',
    'accept-encoding: gzip',
    `content-length: ${body.length}`,
    '\r\n',
  ].join('\r\n');
  return Buffer.concat([Buffer.from(head), body]);
}

/** Sends requests one after the other; fulfilled when all are answered, or the connection ends. */
function practise(port: number, requests: readonly Uint8Array[]): Promise<void> {
  const left = Array.from({ length: ROUNDS }, () => requests).flat();
  const socket = connect({ host: '127.0.0.1', port });
  return new Promise((resolve) => {
    const next = () => {
      const request = left.shift();
      if (request === undefined) socket.destroy();
      else socket.write(request);
    };
    socket.on('connect', next);
    // Answers are so short that each comes in one piece.
    socket.on('data', next);
    socket.on('error', () => {});
    socket.on('close', () => resolve());
  });
}
