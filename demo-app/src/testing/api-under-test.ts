import assert from 'node:assert/strict';
import { after } from 'node:test';
import { createApiApp } from '../api/api-app.ts';
import { openReportStore, type ReportRecord, type ReportStore } from '../database/report-store.ts';
import { createReadiness, type Readiness } from '../http/readiness.ts';
import { createTurnBudget } from '../runtime/turn-budget.ts';
import { temporaryFolder } from './folders.ts';
import { quietLog, temporaryServer } from './servers.ts';

export type ApiAnswer = { readonly status: number; readonly body: Record<string, unknown> };

/** demo-api without its process: a real database, a real socket; gone after the tests of this file. */
export type ApiUnderTest = {
  readonly store: ReportStore;
  readonly readiness: Readiness;
  readonly url: string;
  readonly port: number;
  /** What its readiness asks; undefined asks the database. */
  setProbe(probe: (() => Promise<void>) | undefined): void;
  ask(path: string, init?: RequestInit): Promise<ApiAnswer>;
  post(body: string): Promise<ApiAnswer>;
  /** Posts a bundle that is taken. */
  stored201(body: string): Promise<ReportRecord>;
};

export async function startApi(): Promise<ApiUnderTest> {
  const turn = createTurnBudget();
  const store = await openReportStore({ dataDir: temporaryFolder(), turn });
  after(() => store.close());
  const stored: ReportRecord[] = [];
  let probe: (() => Promise<void>) | undefined;
  const readiness = createReadiness(() => (probe ?? store.probe)());
  const onStored = (record: ReportRecord) => stored.push(record);
  const app = createApiApp({ store, turn, log: quietLog, readiness, onStored });
  const { url, port } = await temporaryServer(app);

  async function ask(path: string, init: RequestInit = {}): Promise<ApiAnswer> {
    const response = await fetch(url + path, init);
    assert.match(response.headers.get('content-type') ?? '', /^application\/json/);
    const body: unknown = await response.json();
    assert.ok(typeof body === 'object' && body !== null);
    return { status: response.status, body: { ...body } };
  }

  function post(body: string): Promise<ApiAnswer> {
    const headers = { 'Content-Type': 'application/json' };
    return ask('/reports', { method: 'POST', headers, body });
  }

  async function stored201(body: string): Promise<ReportRecord> {
    const { status } = await post(body);
    assert.equal(status, 201);
    const record = stored.at(-1);
    assert.ok(record !== undefined);
    return record;
  }

  return {
    store,
    readiness,
    url,
    port,
    setProbe(given) {
      probe = given;
    },
    ask,
    post,
    stored201,
  };
}
