import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { nodeFs, systemRandom } from '@emberscope/node-kit';
import { verifyStore } from '../../store-tools/verify-store.ts';
import { LOG_HEADER_BYTES } from './log/log-format.ts';

const CHILD = fileURLToPath(new URL('./testing/kill-9-child.js', import.meta.url));
const ROUNDS = process.env.EMBERSCOPE_TESTS === 'all' ? 50 : 12;
/** A process lives so long after it is ready. */
const LIFE_MAX_MILLIS = 700;
/** Numbers of a round's profiles. */
const ROUND_NUMBERS = 1_000_000;
/** The first bytes of a record that was never finished, or of anything. */
const GARBAGE_MAX_BYTES = 3000;

/** What a child said until it was killed. */
type Said = {
  readonly found: ReadonlyMap<number, string>;
  readonly acked: ReadonlyMap<number, string>;
  readonly refused: ReadonlySet<number>;
  readonly tried: ReadonlySet<number>;
};

test(`acknowledged profiles are there after ${ROUNDS} kills, once, and refused ones are not`, async (t) => {
  const dataDir = mkdtempSync(join(tmpdir(), 'emberscope-kill-9-'));
  t.after(() => rmSync(dataDir, { recursive: true, force: true }));
  const acked = new Map<number, string>();
  const refused = new Set<number>();
  const tried = new Set<number>();
  let garbageCount = 0;
  for (let round = 0; round <= ROUNDS; round++) {
    const lifeMillis = systemRandom.below(LIFE_MAX_MILLIS);
    const said = await liveAndDie(dataDir, round * ROUND_NUMBERS, lifeMillis);
    const name = `round ${round}`;
    for (const [number, id] of acked) {
      assert.equal(said.found.get(number), id, `${name}: profile ${number} was acknowledged`);
    }
    for (const [number, id] of said.found) {
      assert.ok(tried.has(number), `${name}: profile ${number} was never pushed`);
      assert.ok(!refused.has(number), `${name}: profile ${number} was refused`);
      // It was in flight: now it is known that it is there.
      acked.set(number, id);
    }
    // What was in flight and is not there now must not come back.
    for (const number of tried) if (!said.found.has(number)) refused.add(number);
    for (const [number, id] of said.acked) acked.set(number, id);
    for (const number of said.refused) refused.add(number);
    for (const number of said.tried) tried.add(number);
    if (systemRandom.below(3) === 0 && appendGarbage(join(dataDir, 'log'))) garbageCount++;
  }
  const { faults } = await verifyStore(nodeFs, dataDir);
  assert.deepEqual(faults, []);
  assert.ok(acked.size > 0);
  t.diagnostic(
    `${acked.size} acknowledged, ${refused.size} refused or lost in flight, ${garbageCount} torn tails`,
  );
});

/** Starts a child, lets it push for a while, kills it. */
async function liveAndDie(dataDir: string, first: number, lifeMillis: number): Promise<Said> {
  const child = spawn(process.execPath, [CHILD, dataDir, String(first)], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const closed = once(child, 'close');
  let errors = '';
  child.stderr.on('data', (chunk) => {
    errors += chunk;
  });
  const found = new Map<number, string>();
  const acked = new Map<number, string>();
  const refused = new Set<number>();
  const tried = new Set<number>();
  let wasReady = false;
  for await (const line of createInterface({ input: child.stdout })) {
    const [word, number, id = ''] = line.split(' ');
    switch (word) {
      case 'found':
        found.set(Number(number), id);
        break;
      case 'try':
        tried.add(Number(number));
        break;
      case 'ack':
        acked.set(Number(number), id);
        break;
      case 'refused':
        refused.add(Number(number));
        break;
      case 'ready':
        wasReady = true;
        setTimeout(() => child.kill('SIGKILL'), lifeMillis);
        break;
      default:
        assert.fail(`the child said ${line}`);
    }
  }
  await closed;
  assert.ok(wasReady, `the child was never ready: ${errors}`);
  assert.equal(child.signalCode, 'SIGKILL', errors);
  return { found, acked, refused, tried };
}

/** Answers whether there was a log to append to. */
function appendGarbage(folder: string): boolean {
  const newest = readdirSync(folder).sort().at(-1);
  // A file that was killed before its header stands is none yet: garbage would be what it begins with.
  if (newest === undefined || statSync(join(folder, newest)).size < LOG_HEADER_BYTES) return false;
  appendFileSync(
    join(folder, newest),
    systemRandom.bytes(1 + systemRandom.below(GARBAGE_MAX_BYTES)),
  );
  return true;
}
