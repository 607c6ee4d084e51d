import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { createApiApp } from '../api/api-app.ts';
import { createWorkerClient } from '../api/worker-client.ts';
import { openReportStore } from '../database/report-store.ts';
import { createReadiness } from '../http/readiness.ts';
import { createTurnBudget } from '../runtime/turn-budget.ts';
import { bundle, id, malware, relationship, report } from '../testing/bundles.ts';
import { temporaryFolder } from '../testing/folders.ts';
import { eventually, quietLog, temporaryServer } from '../testing/servers.ts';
import { convertReport } from './convert-report.ts';
import { createHitsReader } from './read-hits.ts';
import { createWorkerApp, JOBS_MAX } from './worker-app.ts';

const turn = createTurnBudget();
const store = await openReportStore({ dataDir: temporaryFolder(), turn });
after(() => store.close());
const readiness = createReadiness(async () => {});
const api = await temporaryServer(
  createApiApp({ store, turn, log: quietLog, readiness, onStored: () => {} }),
);
const readHits = createHitsReader(api.url, turn);
const parts = { readHits, turn, fault: undefined };
const worker = await temporaryServer(
  createWorkerApp({
    convert: (reportId, signal) => convertReport(reportId, parts, signal),
    readiness,
    log: quietLog,
  }),
);
const never = new AbortController().signal;

async function storeBundle(objects: readonly unknown[]): Promise<string> {
  const response = await fetch(`${api.url}/reports`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: bundle(objects),
  });
  assert.equal(response.status, 201);
  return response.headers.get('location')?.split('/').pop() ?? '';
}

test('a report is read back over several pages and summed up', async () => {
  const names = Array.from({ length: 5_500 }, (_, i) => malware(i, { labels: ['botnet'] }));
  const relations = [0, 1, 2].map((i) => relationship(i, id('malware', 5_400), id('malware', i)));
  const reportId = await storeBundle([...names, ...relations, report([id('malware', 1)])]);
  const answer = await createWorkerClient(worker.url)(reportId, never);
  assert.ok(answer.kind === 'done');
  const { mostConnected, ...overview } = answer.overview;
  assert.deepEqual(overview, {
    objectCount: 5_504,
    countByType: { malware: 5_500, uses: 3, report: 1 },
    labels: [{ label: 'botnet', objectCount: 5_500 }],
    inferenceCount: 0,
  });
  assert.deepEqual(mostConnected[0], {
    id: id('malware', 5_400),
    name: 'malware 5400',
    relationCount: 3,
  });
});

test('of types that a sender makes up, only the most frequent are told', async () => {
  const made = Array.from({ length: 300 }, (_, i) => ({
    ...relationship(i, id('malware', 1), id('malware', 2)),
    relationship_type: `kind-${Math.min(i, 290)}`,
  }));
  const reportId = await storeBundle([...made, report([id('malware', 1)])]);
  const answer = await createWorkerClient(worker.url)(reportId, never);
  assert.ok(answer.kind === 'done');
  assert.equal(Object.keys(answer.overview.countByType).length, 100);
  assert.equal(answer.overview.countByType['kind-290'], 10);
});

test('a report that is gone is refused, not asked for again', async () => {
  const answer = await createWorkerClient(worker.url)('000000000000-00000000', never);
  assert.ok(answer.kind === 'refused');
  assert.match(answer.reason, /404 .*no report/);
});

test('a worker that is away may come back', async () => {
  const answer = await createWorkerClient('http://127.0.0.1:1')('000000000000-00000000', never);
  assert.equal(answer.kind, 'unavailable');
});

describe('a job that is none is told what one is', () => {
  for (const body of [
    '',
    '{}',
    '{"reportId":7}',
    '{"reportId":',
    `{"reportId":"${'x'.repeat(2e3)}"}`,
  ])
    test(body.slice(0, 20), async () => {
      const response = await fetch(`${worker.url}/jobs`, {
        method: 'POST',
        headers: { 'Content-Type': 'application/json' },
        body,
      });
      assert.ok(response.status >= 400 && response.status < 500, `${response.status}`);
      assert.equal(typeof ((await response.json()) as { reason: unknown }).reason, 'string');
    });
});

test('no more jobs at once than there is time for, and one whose asker left makes room', async () => {
  let begun = 0;
  const busy = await temporaryServer(
    createWorkerApp({
      convert: (_, signal) =>
        new Promise((_, reject) => {
          begun++;
          signal.addEventListener('abort', () => reject(new Error('left')));
        }),
      readiness,
      log: quietLog,
    }),
  );
  const leaving = new AbortController();
  const ask = createWorkerClient(busy.url);
  const asked = Array.from({ length: JOBS_MAX }, () => ask('a', leaving.signal));
  await eventually('all have begun', () => begun === JOBS_MAX);
  const refused = await ask('b', never);
  assert.ok(refused.kind === 'unavailable');
  assert.match(refused.reason, /503 .*being converted/);
  leaving.abort();
  await Promise.all(asked);
  const late = new AbortController();
  await eventually('there is room again', () => {
    void ask('c', late.signal);
    return begun > JOBS_MAX;
  });
  late.abort();
});
