import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createMetrics } from '@emberscope/node-kit';
import type { QueryCall } from './query/query-call.ts';
import { createServerMetrics } from './server-metrics.ts';

test('queries that damage left without an answer are counted beside all that failed', async () => {
  const metrics = createMetrics({ prefix: 'emberscope', withProcessMetrics: false });
  const count = createServerMetrics(metrics);
  const call = { method: 'querier.v1.QuerierService/Series' } as QueryCall;
  const failed = { ok: false, code: 'internal', message: 'a page is wrong' } as const;
  count.queried(call, { ok: true, message: new Uint8Array() }, 1);
  count.queried(call, failed, 1);
  count.queried(call, { ...failed, isDamage: true }, 1);
  count.queried(call, { ...failed, isDamage: true }, 1);
  const text = await metrics.exposition();
  assert.match(text, /\nemberscope_damaged_queries_total 2\n/);
  assert.match(text, /\nemberscope_queries_total\{method="Series",code="internal"\} 3\n/);
});
