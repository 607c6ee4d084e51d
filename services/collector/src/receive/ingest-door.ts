import { type IngestParams, parseIngestParams } from '@emberscope/ingest';
import { answerText, endResponse, type HttpRequest, type HttpResponse } from '@emberscope/node-kit';
import { type Delivery, TENANT_HEADER } from '../deliver/deliver.ts';
import { FAILURE_ANSWERS, type Failure, failureHeaders } from './failure.ts';
import type { Outcome, Passage } from './passage.ts';
import { receiveBody } from './receive-body.ts';

/** `POST /ingest`: what most agents speak, those of Node among them. */
export async function answerIngest(
  passage: Passage,
  request: HttpRequest,
  response: HttpResponse,
): Promise<void> {
  const outcome = await passage.pass('ingest', (ticket) => take(passage, ticket, request));
  switch (outcome.kind) {
    case 'delivered':
    case 'nothing':
      response.statusCode = 200;
      endResponse(response);
      return;
    case 'failed':
      answerFailure(response, outcome.failure);
      return;
    case 'gone':
      return;
    default:
      outcome satisfies never;
  }
}

type TakeTicket = Parameters<Parameters<Passage['pass']>[1]>[0];

async function take(passage: Passage, ticket: TakeTicket, request: HttpRequest): Promise<Outcome> {
  const { bodyLimits, prepare } = passage;
  const query = queryOf(request.url ?? '');
  const contentType = request.headers['content-type'] ?? '';
  const parsed = parseIngestParams(query, contentType, bodyLimits.clock.nowNanos());
  if (!parsed.ok) {
    request.resume();
    return { kind: 'failed', failure: { kind: 'invalid', message: parsed.reason } };
  }
  const received = await receiveBody(request, ticket, bodyLimits);
  if (received.kind !== 'body') return received;
  ticket.received(received.bytes.length);

  const { params } = parsed;
  const prepared = await prepare.ingest({ params, contentType, body: received.bytes });
  const tenant = tenantOf(request);
  switch (prepared.kind) {
    case 'nothing':
      return prepared;
    case 'refused':
      return { kind: 'failed', failure: prepared.failure };
    case 'push': {
      const outcome = await ticket.deliver({ kind: 'push', body: prepared.body, tenant });
      return asIngest(outcome);
    }
    case 'forward': {
      const { body, name } = prepared;
      const forwarded: Delivery = {
        kind: 'ingest',
        query: forwardedQuery(query, params, name),
        contentType,
        body,
        tenant,
      };
      return ticket.deliver(forwarded);
    }
    default:
      return prepared satisfies never;
  }
}

/** A push that the server finds invalid is 422 at `/ingest`, as every pprof that is refused there. */
function asIngest(outcome: Outcome): Outcome {
  if (outcome.kind !== 'failed' || outcome.failure.kind !== 'invalid') return outcome;
  return { kind: 'failed', failure: { ...outcome.failure, kind: 'unprocessable' } };
}

/** The agent's parameters under the new name, its times as points and not as `now`. */
function forwardedQuery(query: URLSearchParams, params: IngestParams, name: string) {
  const forwarded = new URLSearchParams(query);
  forwarded.set('name', name);
  for (const key of ['from', 'until'] as const) {
    const nanos = String(params[key]);
    const isPoint = /^\d+$/.test(query.get(key) ?? '');
    if (!isPoint && nanos.length === NANOS_DIGITS) forwarded.set(key, nanos);
  }
  return forwarded;
}

/** How `/ingest` tells nanoseconds from seconds. */
const NANOS_DIGITS = 19;

function queryOf(url: string): URLSearchParams {
  const mark = url.indexOf('?');
  return new URLSearchParams(mark === -1 ? '' : url.slice(mark + 1));
}

export function tenantOf(request: HttpRequest): string | undefined {
  const header = request.headers[TENANT_HEADER];
  return typeof header === 'string' && header !== '' ? header : undefined;
}

function answerFailure(response: HttpResponse, failure: Failure): void {
  const { status, word } = FAILURE_ANSWERS[failure.kind];
  for (const [name, value] of Object.entries(failureHeaders(failure))) {
    response.setHeader(name, value);
  }
  const body = `${JSON.stringify({ code: word, message: failure.message })}\n`;
  answerText(response, status, body, 'application/json');
}
