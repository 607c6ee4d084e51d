import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, test } from 'node:test';
// biome-ignore lint/correctness/noUndeclaredDependencies: a tool of the root, as tsc is
import { register } from 'tsx/esm/api';

register();
const { takeDataDir } = await import('./data-lock.ts');

describe('the data folder', () => {
  let dir;
  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'emberscope-data-'));
  });
  afterEach(() => rmSync(dir, { recursive: true, force: true }));

  const lock = () => join(dir, 'start.pid');

  test('is taken by one run at a time', () => {
    writeFileSync(lock(), `${process.ppid}\n`);
    assert.match(takeDataDir(dir), /is in use by another npm start \(process \d+\): .*--data-dir/);
    assert.equal(readFileSync(lock(), 'utf8'), `${process.ppid}\n`);
  });

  test('is made when it is not there, and free again after a run that was killed', () => {
    const { pid } = spawnSync(process.execPath, ['-e', '']);
    writeFileSync(lock(), `${pid}\n`);
    assert.equal(takeDataDir(dir), undefined);
    assert.equal(readFileSync(lock(), 'utf8'), `${process.pid}\n`);
    assert.equal(takeDataDir(join(dir, 'deep', 'down')), undefined);
  });

  test('is none where a profile server has its own', () => {
    writeFileSync(join(dir, 'FORMAT'), '1');
    assert.match(takeDataDir(dir), /is the data directory of a profile server/);
    assert.ok(!existsSync(lock()));
  });

  test('that cannot be made is one sentence', () => {
    writeFileSync(join(dir, 'file'), '');
    assert.match(
      takeDataDir(join(dir, 'file', 'data')),
      /cannot be used \(.*\): --data-dir names another folder\.$/,
    );
  });

  // There Node's own way to make folders never ends.
  test('that nobody can make is one, too', { skip: !existsSync('/proc/self') }, () => {
    assert.match(
      takeDataDir('/proc/emberscope/data'),
      /cannot be used \(ENOENT.*\/proc\/emberscope/,
    );
  });
});
