import assert from 'node:assert/strict';
import { appendFileSync, closeSync, mkdtempSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, test } from 'node:test';
// biome-ignore lint/correctness/noUndeclaredDependencies: a tool of the root, as tsc is
import { register } from 'tsx/esm/api';

register();
const { boundLog, lastLines, openLog, setLogAside } = await import('./log-file.ts');

describe('the log of a part', () => {
  let dir;
  let path;
  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'emberscope-log-'));
    path = join(dir, 'logs', 'part.log');
  });
  afterEach(() => rmSync(dir, { recursive: true, force: true }));

  test('is cut while the part goes on writing, and the older half is kept', () => {
    const log = openLog(path);
    writeSync(log, 'a'.repeat(100));
    boundLog(path, 100);
    assert.equal(readFileSync(path, 'utf8').length, 100);
    writeSync(log, 'b');
    boundLog(path, 100);
    writeSync(log, 'c');
    closeSync(log);
    assert.equal(readFileSync(path, 'utf8'), 'c');
    assert.equal(readFileSync(`${path}.1`, 'utf8'), `${'a'.repeat(100)}b`);
  });

  test('of the last run is kept beside that of this one', () => {
    closeSync(openLog(path));
    appendFileSync(path, 'yesterday');
    setLogAside(path);
    closeSync(openLog(path));
    assert.equal(readFileSync(path, 'utf8'), '');
    assert.equal(readFileSync(`${path}.1`, 'utf8'), 'yesterday');
  });

  test('shows its last lines without empty ones, colours and what moves the cursor', () => {
    assert.deepEqual(lastLines(path, 3), []);
    closeSync(openLog(path));
    appendFileSync(path, `${'x'.repeat(20_000)}\none\n\n\u001b[31mtwo\u001b[0m\nthr\u0007ee\r\n\n`);
    assert.deepEqual(lastLines(path, 2), ['two', 'thr ee ']);
    assert.equal(lastLines(path, 9)[0].length, 300);
  });
});
