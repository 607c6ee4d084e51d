import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FsError } from './fs-error.ts';
import { guardFile, type RawFile } from './guarded-file.ts';

test('the descriptor is closed when the last call on it has ended, not before', async () => {
  const done: string[] = [];
  let endWrite: ((written: number) => void) | undefined;
  let failSync: ((error: Error) => void) | undefined;
  const file = guardFile('/a', 'write', {
    ...idleFile,
    write: () => new Promise((resolve) => (endWrite = resolve)),
    datasync: () => new Promise((_, reject) => (failSync = reject)),
    close: async () => void done.push('closed'),
  });
  const written = file.write(new Uint8Array(3), 0).then((n) => done.push(`wrote ${n}`));
  const synced = file.datasync().catch((error: Error) => done.push(error.message));
  const closed = file.close();
  assert.equal(file.close(), closed);
  await assert.rejects(file.size(), { code: 'closed', operation: 'size' });
  endWrite?.(3);
  await written;
  assert.deepEqual(done, ['wrote 3']);
  failSync?.(new Error('sync failed'));
  await synced;
  await closed;
  assert.ok(done.includes('closed') && done.includes('sync failed'));
});

test('a close that fails says so', async () => {
  const error = new FsError({ code: 'io', operation: 'close', path: '/a' }, 'the device is gone');
  const file = guardFile('/a', 'read', { ...idleFile, close: () => Promise.reject(error) });
  await assert.rejects(file.close(), error);
});

const idleFile: RawFile = {
  write: async (bytes) => bytes.length,
  read: async () => 0,
  datasync: async () => {},
  sync: async () => {},
  truncate: async () => {},
  size: async () => 0,
  close: async () => {},
};
