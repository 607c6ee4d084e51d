import { setTimeout as sleep } from 'node:timers/promises';
import express, { type Express, type Request, type Response } from 'express';
import type { Logger } from 'pino';
import { z } from 'zod';
import type { ReportRecord, ReportStore } from '../database/report-store.ts';
import { answerProblems, methodNotAllowed, notFound, Problem } from '../http/problem.ts';
import type { Readiness } from '../http/readiness.ts';
import { writePaced } from '../http/write-paced.ts';
import { BODY_MAX_BYTES, bodyTooLarge, receiveReport } from '../ingest/receive-report.ts';
import type { TurnBudget } from '../runtime/turn-budget.ts';
import { ELEMENT_TYPES } from '../stix/element.ts';
import { bundlePieces, hitPieces } from './report-answer.ts';
import { searchElements } from './search.ts';

export type ApiParts = {
  readonly store: ReportStore;
  readonly turn: TurnBudget;
  readonly log: Logger;
  readonly readiness: Readiness;
  /** A report is stored: it can be converted, and older ones make room. */
  readonly onStored: (record: ReportRecord) => void;
};

/** Each holds some hundred kilobytes, and they share the time of one loop. */
export const UPLOADS_MAX = 16;
/** What a page of hits may hold; the worker keeps a page in memory. */
export const HITS_MAX = 5_000;

export function createApiApp({ store, turn, log, readiness, onStored }: ApiParts): Express {
  const app = express();
  app.disable('x-powered-by');
  app.disable('etag');
  let uploads = 0;

  app.route('/ready').get(readiness).all(methodNotAllowed('GET'));

  app
    .route('/reports')
    .get((request, response) => {
      const { limit, before } = queryOf(listQuery, request);
      response.json({ reports: store.listReports(limit, before).map(summaryOf) });
    })
    .post(async (request, response) => {
      try {
        if (uploads >= UPLOADS_MAX) {
          throw new Problem(503, `${UPLOADS_MAX} bundles are arriving at the moment`);
        }
        checkUploadHeaders(request);
        uploads++;
        try {
          // Left early, a plain iterator would destroy the request, and with it the way to answer.
          const body = request.iterator({ destroyOnReturn: false });
          const { record, rejected } = await receiveReport(body, store, turn);
          onStored(record);
          response
            .status(201)
            .location(`/reports/${record.id}`)
            .json({ report: summaryOf(record), rejected });
        } finally {
          uploads--;
        }
      } catch (error) {
        // The sender left: nobody is there to be answered, and nothing of the report is stored.
        if (request.destroyed && !request.complete) {
          log.info({ err: error }, 'an upload was broken off');
          return;
        }
        await discardRest(request, response);
        throw error;
      }
    })
    .all(methodNotAllowed('GET', 'POST'));

  app
    .route('/reports/:id')
    .get((request, response) => {
      response.json({ report: reportOf(request) });
    })
    .all(methodNotAllowed('GET'));

  app
    .route('/reports/:id/bundle')
    .get(async (request, response) => {
      const record = reportOf(request);
      response.type('application/json');
      await writePaced(response, bundlePieces(store, record), turn);
    })
    .all(methodNotAllowed('GET'));

  app
    .route('/reports/:id/hits')
    .get(async (request, response) => {
      const { from, limit } = queryOf(hitsQuery, request);
      const record = reportOf(request);
      response.type('application/x-ndjson');
      await writePaced(response, hitPieces(store, record, from, limit), turn);
    })
    .all(methodNotAllowed('GET'));

  app
    .route('/search')
    .get(async (request, response) => {
      response.json(await searchElements(store, queryOf(searchQuery, request), turn));
    })
    .all(methodNotAllowed('GET'));

  app.use(notFound);
  app.use(answerProblems(log));
  return app;

  function reportOf(request: Request): ReportRecord {
    const id = String(request.params.id);
    const record = REPORT_ID.test(id) ? store.readReport(id) : undefined;
    if (record === undefined) throw new Problem(404, `there is no report ${JSON.stringify(id)}`);
    return record;
  }
}

const REPORT_ID = /^[0-9a-f]{12}-[0-9a-f]{8}$/;

const listQuery = z.object({
  limit: z.coerce.number().int().min(1).max(100).default(20),
  before: z.string().regex(REPORT_ID).optional(),
});

const hitsQuery = z.object({
  from: z.coerce.number().int().min(0).default(0),
  limit: z.coerce.number().int().min(1).max(HITS_MAX).default(HITS_MAX),
});

const searchQuery = z.object({
  name: z.string().min(1).max(200),
  type: z.enum(ELEMENT_TYPES).optional(),
  limit: z.coerce.number().int().min(1).max(100).default(20),
});

function queryOf<S extends z.ZodType>(schema: S, { query }: Request): z.infer<S> {
  const read = schema.safeParse(query);
  if (read.success) return read.data;
  const issue = read.error.issues[0];
  throw new Problem(400, `query parameter ${issue?.path.join('.')}: ${issue?.message}`);
}

/** The overview of a finished conversion is for the report's own page, not for lists. */
function summaryOf({ conversion, ...record }: ReportRecord): unknown {
  return { ...record, conversion: { state: conversion.state } };
}

function checkUploadHeaders({ headers }: Request): void {
  const type = headers['content-type']?.split(';', 1)[0]?.trim().toLowerCase();
  if (type !== 'application/json' && type !== 'application/stix+json') {
    throw new Problem(415, `send application/json, not ${type ?? 'an unnamed type'}`);
  }
  const encoding = headers['content-encoding'] ?? 'identity';
  if (encoding !== 'identity') throw new Problem(415, `send it as it is, not ${encoding}`);
  if (Number(headers['content-length'] ?? 0) > BODY_MAX_BYTES) throw bodyTooLarge();
}

/** How long a sender who is refused may go on sending. */
const DISCARD_MILLIS = 1_000;

/**
 * Reads on for a moment without looking: the connection closes with the answer, and a socket that
 * closes on unread bytes is reset, which may cost the sender the answer.
 */
async function discardRest(request: Request, response: Response): Promise<void> {
  response.set('Connection', 'close');
  if (request.complete) return;
  const over = new AbortController();
  const finish = (): void => over.abort();
  request.once('end', finish).once('close', finish).resume();
  await sleep(DISCARD_MILLIS, undefined, { signal: over.signal }).catch(() => {
    // Aborted: the sender has finished, which is what we waited for.
  });
}
