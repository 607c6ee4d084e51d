import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { pprofOf } from './testing/drawn-pprof.ts';
import { spawnServer } from './testing/spawned-server.ts';

const ROUNDS = process.env.EMBERSCOPE_TESTS === 'all' ? 50 : 5;
/** A server takes pushes for so long. */
const LIFE_MAX_MILLIS = 1500;
const LANES = 4;
const TYPE = 'process_cpu:cpu:nanoseconds:cpu:nanoseconds';

test(`a server that is killed ${ROUNDS} times answers with every push that it acknowledged, once`, async (t) => {
  const dataDir = mkdtempSync(join(tmpdir(), 'emberscope-kill-9-server-'));
  t.after(() => rmSync(dataDir, { recursive: true, force: true }));
  const acked = new Set<number>();
  const tried = new Set<number>();
  let next = 1;

  for (let round = 0; round <= ROUNDS; round++) {
    await using server = await spawnServer(dataDir);
    const found = await valuesByNumber(server.url);
    for (const number of acked) {
      assert.equal(found.get(number), number, `round ${round}: push ${number} was acknowledged`);
    }
    for (const [number, value] of found) {
      assert.ok(tried.has(number), `round ${round}: push ${number} was never made`);
      assert.equal(value, number, `round ${round}: push ${number} is there once`);
      // It was in flight: from now on it is there.
      acked.add(number);
    }
    for (const number of tried) if (!found.has(number)) tried.delete(number);
    const end = Date.now() + Math.random() * LIFE_MAX_MILLIS;
    const lanes = Array.from({ length: LANES }, async () => {
      while (Date.now() < end + LIFE_MAX_MILLIS) {
        const number = next++;
        tried.add(number);
        const isTaken = await isPushed(server.url, number);
        if (isTaken === undefined) return;
        if (isTaken) acked.add(number);
      }
    });
    await new Promise((resolve) => setTimeout(resolve, Math.max(0, end - Date.now())));
    server.child.kill('SIGKILL');
    await once(server.child, 'close');
    await Promise.all(lanes);
  }
  assert.ok(acked.size > 0);
  t.diagnostic(`${acked.size} pushes acknowledged`);
});

/** Undefined when the server is gone. */
async function isPushed(url: string, number: number): Promise<boolean | undefined> {
  const body = pprofOf(`main;n${number} ${number}`);
  try {
    const answer = await fetch(`${url}/ingest?format=pprof&name=killed`, { method: 'POST', body });
    await answer.arrayBuffer();
    return answer.ok;
  } catch {
    return undefined;
  }
}

/** What each push has come to: twice its number when it counts twice. */
async function valuesByNumber(url: string): Promise<Map<number, number>> {
  const hourMillis = 3_600_000;
  const answer = await fetch(`${url}/querier.v1.QuerierService/SelectMergeStacktraces`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      profileTypeID: TYPE,
      labelSelector: '{}',
      start: Date.now() - hourMillis,
      end: Date.now() + hourMillis,
      maxNodes: 100_000,
    }),
  });
  const text = await answer.text();
  assert.ok(answer.ok, text);
  const { flamegraph } = JSON.parse(text) as {
    flamegraph?: { names?: string[]; levels?: { values?: string[] }[] };
  };
  const values = new Map<number, number>();
  for (const level of flamegraph?.levels ?? []) {
    const row = level.values ?? [];
    // Offset, total, self and name for each box.
    for (let at = 0; at + 3 < row.length; at += 4) {
      const number = /^n(\d+)$/.exec(flamegraph?.names?.[Number(row[at + 3])] ?? '')?.[1];
      if (number !== undefined) values.set(Number(number), Number(row[at + 1]));
    }
  }
  return values;
}
