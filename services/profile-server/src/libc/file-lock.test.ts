import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { Worker } from 'node:worker_threads';
import { lockFile } from './file-lock.ts';

const MODULE = new URL('./file-lock.js', import.meta.url).href;

/** Takes the lock of a folder and keeps it. */
const HOLDER = `
  import(${JSON.stringify(MODULE)}).then(({ lockFile }) => {
    console.log(lockFile(FOLDER).kind);
    setInterval(() => {}, 1000);
  });
`;

const isSupported = lockFile(tmpdir()).kind !== 'unsupported';

describe('the lock of a folder', { skip: !isSupported && 'there is no flock here' }, () => {
  test('is held by one, until that lets go', async (t) => {
    const folder = await newFolder(t);
    const first = lockFile(folder);
    assert.equal(first.kind, 'held');
    assert.equal(lockFile(folder).kind, 'busy');
    if (first.kind === 'held') first.letGo();
    const next = lockFile(folder);
    assert.equal(next.kind, 'held');
    if (next.kind === 'held') next.letGo();
  });

  test('ends with its process, however that ends', async (t) => {
    const folder = await newFolder(t);
    const script = HOLDER.replace('FOLDER', JSON.stringify(folder));
    const child = spawn(process.execPath, ['--eval', script], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [said] = await once(child.stdout, 'data');
    assert.equal(String(said), 'held\n');
    assert.equal(lockFile(folder).kind, 'busy');
    child.kill('SIGKILL');
    await once(child, 'exit');
    assert.equal(lockFile(folder).kind, 'held');
  });

  test('ends with its thread', async (t) => {
    const folder = await newFolder(t);
    const script = HOLDER.replace('FOLDER', JSON.stringify(folder));
    const thread = new Worker(script, { eval: true, stdout: true });
    await once(thread.stdout, 'data');
    assert.equal(lockFile(folder).kind, 'busy');
    await thread.terminate();
    assert.equal(lockFile(folder).kind, 'held');
  });
});

test('what is not there has none', () => {
  assert.equal(lockFile(join(tmpdir(), 'emberscope-no-such-folder')).kind, 'unsupported');
});

async function newFolder(t: { after(run: () => Promise<void>): void }): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'emberscope-lock-'));
  t.after(() => rm(folder, { recursive: true }));
  return folder;
}
