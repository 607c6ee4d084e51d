/** Real processes, sockets and signals; the parts are stubs. */
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { runScript, until } from './testing/run-script.mjs';

const STUB_START = fileURLToPath(new URL('./testing/stub-start.mjs', import.meta.url));

describe('running all parts', () => {
  let dir;
  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'emberscope-start-'));
  });
  afterEach(() => rmSync(dir, { recursive: true, force: true }));

  const start = (manners = {}) => runScript(STUB_START, [dir, JSON.stringify(manners)]);
  const journal = () => readFileSync(join(dir, 'journal'), 'utf8').trim().split('\n');
  const pidsOf = (name) =>
    journal()
      .map((line) => new RegExp(`^${name} started (\\d+)$`).exec(line)?.[1])
      .filter((pid) => pid !== undefined)
      .map(Number);
  const livingParts = () => pidsOf('\\w+').filter(isAlive);

  const isNoted = (line) => journal().includes(line);

  test('they start in order, and one Ctrl-C that npm repeats stops the last one first', async () => {
    const run = start();
    await run.said('all ready');
    const started = journal().map((line) => line.split(' ')[0]);
    assert.equal(started[0], 'first');
    assert.deepEqual(started.slice(1, 3).sort(), ['beside', 'middle']);
    assert.equal(started[3], 'last');
    assert.match(run.output, /first +ready in .* s\n/);

    run.child.kill('SIGINT');
    setTimeout(() => run.child.kill('SIGINT'), 20);
    assert.equal(await run.ended(), 0);
    assert.deepEqual(journal().slice(-4), [
      'last told to stop',
      'beside told to stop',
      'middle told to stop',
      'first told to stop',
    ]);
    assert.deepEqual(livingParts(), []);
  });

  test('a part that is killed starts again, and the rest goes on; SIGTERM stops all', async () => {
    const run = start();
    await run.said('all ready');
    process.kill(pidsOf('first')[0], 'SIGKILL');
    await run.said('first is ready again');
    assert.match(run.output, /first was killed by SIGKILL: it starts again in 0\.1 s/);
    assert.equal(livingParts().length, 4);
    assert.ok(!journal().some((line) => line.endsWith('told to stop')));

    run.child.kill('SIGTERM');
    assert.equal(await run.ended(), 0);
    assert.deepEqual(livingParts(), []);
  });

  test('a part is replaced by another of its name; a closed terminal stops all', async () => {
    const run = start();
    await run.said('all ready');
    run.child.stdin.write('r\n');
    await run.said('replaced: ready');
    assert.ok(isNoted('middle told to stop'));
    assert.equal(livingParts().length, 4);
    assert.doesNotMatch(run.output, /starts again/);

    run.child.kill('SIGHUP');
    assert.equal(await run.ended(), 0);
    assert.ok(isNoted('new told to stop'));
    assert.deepEqual(livingParts(), []);
  });

  test('who does not stop is killed after its time; a second Ctrl-C ends all at once', async () => {
    const run = start({ last: 'does-not-stop', middle: 'does-not-stop' });
    await run.said('all ready');
    run.child.kill('SIGINT');
    await until(() => isNoted('middle told to stop'), run);
    assert.match(run.output, /last +killed after/);

    run.child.kill('SIGINT');
    assert.equal(await run.ended(), 130);
    await until(() => livingParts().length === 0, run);
    assert.ok(!isNoted('first told to stop'));
  });

  test('a part that never gets ready ends the start, with what it answers and its log', async () => {
    const run = start({ middle: 'never-ready' });
    assert.equal(await run.ended(), 1);
    assert.match(
      run.output,
      /middle did not start: after \S+ s, \S+\/ready says 503 the disk is slow/,
    );
    assert.match(run.output, /The end of .*middle\.log:\n {2}middle writes its first line/);
    assert.equal(pidsOf('last').length, 0);
    assert.deepEqual(livingParts(), []);
  });

  test('a part that ends while it starts is not waited for', async () => {
    const run = start({ beside: 'breaks-at-start' });
    assert.equal(await run.ended(), 1);
    assert.match(run.output, /beside did not start: it ended with code 3\./);
    assert.match(run.output, /The end of .*beside\.log:\n {2}the database is not ours/);
    assert.deepEqual(livingParts(), []);
  });

  test('Ctrl-C while parts start stops those that run', async () => {
    const run = start({ middle: 'never-ready' });
    await until(() => run.output.includes('first') && journal().length === 3, run);
    run.child.kill('SIGINT');
    assert.equal(await run.ended(), 0);
    assert.deepEqual(livingParts(), []);
  });

  test('all parts leave when the one who started them is killed', async () => {
    const run = start();
    await run.said('all ready');
    run.child.kill('SIGKILL');
    await run.ended();
    await until(() => livingParts().length === 0, run);
    assert.equal(journal().filter((line) => line.endsWith('told to stop')).length, 4);
  });
});

function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
