import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { createSeededRandom, createSimFs, FsError, type SimFs } from '@emberscope/node-kit';
import { dataDirErrorOf } from './data-dir-error.ts';
import { checkFormat } from './data-dir-format.ts';
import { lockDataDir } from './data-dir-lock.ts';
import { type LockHost, type ProcessIdentity, systemLockHost } from './lock-host.ts';

const DATA = '/data';
const OURS: ProcessIdentity = { pid: 7, bootId: 'boot', started: '100' };
const THEIRS: ProcessIdentity = { pid: 8, bootId: 'boot', started: '200' };

describe('the lock', () => {
  test('keeps another process out while its holder runs, and names it', async () => {
    const fs = await simFs();
    await lockDataDir(fs, DATA, hostOf(THEIRS));
    await assert.rejects(lockDataDir(fs, DATA, hostOf(OURS, THEIRS)), {
      name: 'DataDirError',
      message:
        'the data directory /data is in use by process 8: stop that one first, or name another directory',
    });
  });

  const stale: [string, ProcessIdentity[]][] = [
    ['a process that has gone', []],
    ['a process whose pid another one has now', [{ ...THEIRS, started: '201' }]],
    ['a process of before the machine was started', [{ ...THEIRS, bootId: 'next boot' }]],
  ];
  for (const [title, running] of stale) {
    test(`of ${title} is taken over`, async () => {
      const fs = await simFs();
      await lockDataDir(fs, DATA, hostOf(THEIRS));
      await lockDataDir(fs, DATA, hostOf(OURS, ...running));
      await assert.rejects(lockDataDir(fs, DATA, hostOf(THEIRS, OURS)), /process 7/);
    });
  }

  test('may be taken again by its own process, and by anyone once it is given back', async () => {
    const fs = await simFs();
    await lockDataDir(fs, DATA, hostOf(OURS));
    const lock = await lockDataDir(fs, DATA, hostOf(OURS));
    await lock.release();
    await lockDataDir(fs, DATA, hostOf(THEIRS, OURS));
  });

  test('of the kernel keeps those out that a pid says nothing to', async () => {
    const fs = await simFs();
    let isHeld = false;
    const letGo = () => {
      isHeld = false;
    };
    const hold = () => {
      if (isHeld) return { kind: 'busy' } as const;
      isHeld = true;
      return { kind: 'held', letGo } as const;
    };
    const lock = await lockDataDir(fs, DATA, { ...hostOf(THEIRS), hold });
    const refused = /in use by a process of another container: stop that one first/;
    await assert.rejects(lockDataDir(fs, DATA, { ...hostOf(OURS), hold }), refused);
    await assert.rejects(lockDataDir(fs, DATA, { ...hostOf(OURS, THEIRS), hold }), /process 8:/);
    await lock.release();
    await lockDataDir(fs, DATA, { ...hostOf(OURS), hold });
  });

  test('of the kernel is let go where the directory cannot be had', async () => {
    const fs = await simFs();
    await lockDataDir(fs, DATA, hostOf(THEIRS));
    let isHeld = true;
    const letGo = () => {
      isHeld = false;
    };
    const hold = () => ({ kind: 'held', letGo }) as const;
    await assert.rejects(lockDataDir(fs, DATA, { ...hostOf(OURS, THEIRS), hold }), /process 8:/);
    assert.equal(isHeld, false);
  });

  test('of a process that has ended and was not waited for is taken over', async () => {
    // The shell in between never asks how its child ended, and goes on as sleep.
    const parent = spawn('sh', ['-c', 'sleep 0.2 & echo $!; exec sleep 30']);
    const [said] = await once(parent.stdout, 'data');
    const pid = Number(String(said));
    try {
      assert.equal(systemLockHost.running(pid)?.pid, pid);
      for (let left = 50; left > 0 && systemLockHost.running(pid) !== undefined; left--) {
        await sleep(100);
      }
      assert.equal(systemLockHost.running(pid), undefined);
      // It is there all the same.
      process.kill(pid, 0);
    } finally {
      parent.kill();
    }
  });

  test('that was never written whole is taken over', async () => {
    const fs = await simFs();
    await write(fs, `${DATA}/LOCK`, '{"pid":8,"bo');
    await lockDataDir(fs, DATA, hostOf(OURS, THEIRS));
  });

  test('knows the process that runs this test', () => {
    const self = systemLockHost.self();
    assert.equal(self.pid, process.pid);
    assert.deepEqual(systemLockHost.running(self.pid), self);
    assert.equal(systemLockHost.running(2 ** 22 + 1), undefined);
  });
});

describe('the format', () => {
  test('is written into an empty directory and known again', async () => {
    const fs = await simFs();
    await checkFormat(fs, DATA);
    await checkFormat(fs.crash('lost'), DATA);
  });

  test('of a newer program is refused', async () => {
    const fs = await simFs();
    await write(fs, `${DATA}/FORMAT`, 'emberscope 2\n');
    await assert.rejects(checkFormat(fs, DATA), {
      message:
        'the data directory /data was written by a newer version (format 2); this one knows format 1: run the newer version',
    });
  });

  test('of anything else is refused, and so are files that are not ours', async () => {
    const fs = await simFs();
    await write(fs, `${DATA}/FORMAT`, 'something\n');
    await assert.rejects(checkFormat(fs, DATA), /\/data\/FORMAT does not say "emberscope 1"/);
    const other = await simFs();
    await write(other, `${DATA}/letter.txt`, 'dear');
    await assert.rejects(
      checkFormat(other, DATA),
      /holds "letter\.txt" and no FORMAT.*an empty one$/,
    );
  });

  test('of a directory in one that is not ours is told', async () => {
    const fs = await simFs();
    await fs.mkdir(`${DATA}/logs`);
    await fs.mkdir(`${DATA}/profile-server`);
    await checkFormat(fs, `${DATA}/profile-server`);
    await assert.rejects(
      checkFormat(fs, DATA),
      /holds "logs" and no FORMAT: .*; \/data\/profile-server is one: name that$/,
    );
  });
});

test('errors of the disk become one sentence', () => {
  for (const [code, sentence] of [
    ['not-permitted', /\/data is not writable for this process: open \/data\/LOCK/],
    ['read-only', /\/data is on a file system that is mounted read-only/],
    ['no-space', /\/data is on a disk that is full: make room/],
    ['not-directory', /\/data cannot be made: \/data\/LOCK is there and is no directory/],
    ['io', /\/data cannot be opened: open \/data\/LOCK: broken \(io\)/],
  ] as const) {
    const error = new FsError({ code, operation: 'open', path: '/data/LOCK' }, 'broken');
    const told = dataDirErrorOf(error, DATA);
    assert.ok(told instanceof Error);
    assert.match(told.message, sentence);
    assert.equal(told.name, 'DataDirError');
  }
  const nowhere = new FsError({ code: 'not-found', operation: 'mkdir', path: '/proc/x' }, 'gone');
  assert.match(
    String(dataDirErrorOf(nowhere, '/proc/x')),
    /cannot be made: nobody can make \/proc\/x/,
  );
  const other = new Error('not of the disk');
  assert.equal(dataDirErrorOf(other, DATA), other);
});

function hostOf(self: ProcessIdentity, ...others: readonly ProcessIdentity[]): LockHost {
  return {
    self: () => self,
    running: (pid) => [self, ...others].find((process) => process.pid === pid),
  };
}

async function write(fs: SimFs, path: string, text: string): Promise<void> {
  const file = await fs.open(path, 'truncate');
  await file.write(new TextEncoder().encode(text), 0);
  await file.close();
}

async function simFs(): Promise<SimFs> {
  const fs = createSimFs({ random: createSeededRandom(1) });
  await fs.mkdir(DATA);
  await fs.syncDir('/');
  return fs;
}
