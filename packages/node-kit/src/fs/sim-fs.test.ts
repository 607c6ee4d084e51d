import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { createSimClock } from '../clock/sim-clock.ts';
import { createSeededRandom } from '../random/seeded-random.ts';
import type { Fs } from './fs.ts';
import { FsError, type FsErrorCode } from './fs-error.ts';
import { PAGE_BYTES, SECTOR_BYTES } from './sim-content.ts';
import type { SimFault } from './sim-faults.ts';
import { createSimFs, type SimFs, type SimFsOptions } from './sim-fs.ts';
import { readWholeFile, writeFully } from './whole-file.ts';

/** Enough for every outcome below to come, and the same ones in every run. */
const SEEDS = 300;

function simFs(seed: number, options: Partial<SimFsOptions> = {}): SimFs {
  return createSimFs({ random: createSeededRandom(seed), ...options });
}

/** Runs a scenario, cuts the power, and tells what is found then: every outcome that any seed has. */
async function outcomes(
  scenario: (fs: SimFs) => Promise<unknown>,
  describeWorld: (fs: Fs) => Promise<string>,
): Promise<readonly string[]> {
  const found = new Set<string>();
  for (let seed = 0; seed < SEEDS; seed++) {
    const fs = simFs(seed);
    await scenario(fs);
    found.add(await describeWorld(fs.crash()));
  }
  return [...found].sort();
}

describe('what a crash leaves', () => {
  test('bytes and names that were synced, always', async () => {
    const found = await outcomes(
      async (fs) => {
        await put(fs, '/a', 'a'.repeat(9000), 'datasync');
        await put(fs, '/b', 'b', 'sync');
        await fs.syncDir('/');
      },
      async (fs) => `${(await read(fs, '/a')) === 'a'.repeat(9000)} ${await tree(fs)}`,
    );
    assert.deepEqual(found, ['true a b']);
  });

  test('of a new file: nothing, its name, a part or all of it', async () => {
    const found = await outcomes(
      (fs) => put(fs, '/a', 'new'),
      async (fs) => `${await tree(fs)}: ${printable(await read(fs, '/a'))}`,
    );
    for (const outcome of [': absent', 'a: ', 'a: 000', 'a: n', 'a: new']) {
      assert.ok(found.includes(outcome), `${outcome} never came, but ${found.join(' | ')}`);
    }
    for (const outcome of found) assert.match(outcome, /^(: absent|a: (0{0,3}|n|ne|new))$/);
  });

  test('synced bytes without a synced name are lost with the name', async () => {
    const found = await outcomes((fs) => put(fs, '/a', 'safe', 'datasync'), tree);
    assert.deepEqual(found, ['', 'a']);
  });

  test('of a page written over: the old one, the new one, or some sectors of each', async () => {
    const found = await outcomes(
      async (fs) => {
        await put(fs, '/a', 'o'.repeat(PAGE_BYTES), 'datasync');
        await fs.syncDir('/');
        await put(fs, '/a', 'n'.repeat(PAGE_BYTES));
      },
      async (fs) => {
        const content = await read(fs, '/a');
        assert.equal(content.length, PAGE_BYTES);
        let sectors = '';
        for (let at = 0; at < PAGE_BYTES; at += SECTOR_BYTES) {
          const sector = content.slice(at, at + SECTOR_BYTES);
          assert.equal(sector, sector[0]!.repeat(SECTOR_BYTES), 'a sector is never torn');
          sectors += sector[0];
        }
        return sectors;
      },
    );
    assert.ok(found.includes('oooooooo') && found.includes('nnnnnnnn'));
    assert.ok(found.length > 10, 'and torn ones');
  });

  test('pages are lost one by one', async () => {
    const found = await outcomes(
      async (fs) => {
        await put(fs, '/a', 'o'.repeat(3 * PAGE_BYTES), 'datasync');
        await fs.syncDir('/');
        await put(fs, '/a', 'n'.repeat(3 * PAGE_BYTES));
      },
      async (fs) => {
        const content = await read(fs, '/a');
        return [0, 1, 2].map((page) => content[page * PAGE_BYTES]).join('');
      },
    );
    assert.deepEqual(found, ['nnn', 'nno', 'non', 'noo', 'onn', 'ono', 'oon', 'ooo']);
  });

  test('of a page written twice: none, the first or the second', async () => {
    const found = await outcomes(
      async (fs) => {
        await put(fs, '/a', 'o', 'datasync');
        await fs.syncDir('/');
        await put(fs, '/a', '1');
        await put(fs, '/a', '2');
      },
      (fs) => read(fs, '/a'),
    );
    assert.deepEqual(found, ['1', '2', 'o']);
  });

  test('of a file emptied and written anew: the old one, an empty one, a mix', async () => {
    const found = await outcomes(
      async (fs) => {
        await put(fs, '/a', 'olds', 'datasync');
        await fs.syncDir('/');
        await put(fs, '/a', 'new', undefined, 'truncate');
      },
      async (fs) => printable(await read(fs, '/a')),
    );
    for (const outcome of ['olds', '', 'new', 'old', 'new0']) {
      assert.ok(found.includes(outcome), `${outcome} never came, but ${found.join(' | ')}`);
    }
  });

  const nameCases: readonly [
    title: string,
    scenario: (fs: SimFs) => Promise<unknown>,
    found: string[],
  ][] = [
    ['a rename: one name or the other', (fs) => fs.rename('/a', '/x'), ['a b d', 'b d x']],
    ['an unlink: there or gone', (fs) => fs.unlink('/a'), ['a b d', 'b d']],
    ['a link: one name or both', (fs) => fs.link('/a', '/x'), ['a b d', 'a b d x']],
    ['a rename to another directory', (fs) => fs.rename('/a', '/d/a'), ['a b d', 'b d d/a']],
    [
      'a rename to another directory, one of them synced',
      async (fs) => {
        await fs.rename('/a', '/d/a');
        await fs.syncDir('/d');
      },
      ['b d d/a'],
    ],
    [
      'two names: each for itself',
      async (fs) => {
        await fs.unlink('/a');
        await fs.unlink('/b');
      },
      ['a b d', 'a d', 'b d', 'd'],
    ],
    [
      'one name twice: in order',
      async (fs) => {
        await fs.rename('/a', '/x');
        await fs.rename('/x', '/y');
      },
      ['a b d', 'b d x', 'b d y'],
    ],
    [
      'a name in a directory whose own name was not synced goes with it',
      async (fs) => {
        await fs.mkdir('/new');
        await put(fs, '/new/f', 'f', 'datasync');
        await fs.syncDir('/new');
      },
      ['a b d', 'a b d new new/f'],
    ],
    [
      'a directory is gone only when what was in it is elsewhere',
      async (fs) => {
        await fs.rename('/b', '/d/b');
        await fs.syncDir('/d');
        await fs.rename('/d/b', '/x');
        await fs.rmdir('/d');
      },
      ['a d d/b', 'a d x', 'a x'],
    ],
    [
      'a synced move takes along how the file came to be',
      async (fs) => {
        await put(fs, '/d/new', 'N');
        await fs.rename('/d/new', '/new');
        await fs.syncDir('/');
      },
      ['a b d new'],
    ],
    [
      'two directories never end up in each other',
      async (fs) => {
        await fs.mkdir('/d/in');
        await fs.syncDir('/d');
        await fs.rename('/d/in', '/in');
        await fs.rename('/d', '/in/d');
      },
      ['a b d d/in', 'a b d in', 'a b in in/d'],
    ],
  ];
  for (const [title, scenario, expected] of nameCases) {
    test(title, async () => {
      const found = await outcomes(async (fs) => {
        await put(fs, '/a', 'A', 'datasync');
        await put(fs, '/b', 'B', 'datasync');
        await fs.mkdir('/d');
        await fs.syncDir('/');
        await scenario(fs);
      }, tree);
      assert.deepEqual(found, expected);
    });
  }

  test('a second name is the same file, synced through either', async () => {
    const found = await outcomes(
      async (fs) => {
        await put(fs, '/a', 'one', 'datasync');
        await fs.link('/a', '/b');
        await fs.syncDir('/');
        await put(fs, '/b', 'two', 'datasync');
      },
      async (fs) => {
        await put(fs, '/b', 'T');
        return `${await read(fs, '/a')} ${(await fs.stat('/a')).linkCount}`;
      },
    );
    assert.deepEqual(found, ['Two 2']);
  });

  test('the worst and the best, when asked for; and several outcomes of one crash', async () => {
    const fs = simFs(1);
    await put(fs, '/a', 'old', 'datasync');
    await fs.syncDir('/');
    await put(fs, '/a', 'newer');
    await put(fs, '/b', 'b');
    const lost = fs.crash('lost');
    assert.deepEqual([await tree(lost), await read(lost, '/a')], ['a', 'old']);
    const kept = fs.crash('kept');
    assert.deepEqual([await tree(kept), await read(kept, '/a')], ['a b', 'newer']);
    const again = fs.crash('lost');
    assert.deepEqual([await tree(again), await read(again, '/a')], ['a', 'old']);
  });

  test('what was cut off before the crash does not come back when the file grows', async () => {
    for (let seed = 0; seed < SEEDS; seed++) {
      const fs = simFs(seed, { writeBackChance: 0.5 });
      await put(fs, '/a', 'kept', 'datasync');
      await fs.syncDir('/');
      await put(fs, '/a', 'x'.repeat(6000));
      const after = fs.crash();
      const file = await after.open('/a', 'write');
      const sizeBytes = await file.size();
      await file.truncate(10_000);
      await file.close();
      assert.match((await read(after, '/a')).slice(sizeBytes), /^\0+$/);
    }
  });
});

describe('a failed sync', () => {
  test('leaves bytes that are read, pass for synced, and may be gone after a crash', async () => {
    const found = await outcomes(
      async (fs) => {
        await put(fs, '/a', 'old', 'datasync');
        await fs.syncDir('/');
        const file = await fs.open('/a', 'write');
        await writeFully(file, text('new'), 0);
        fs.failAt(1);
        await rejects(file.datasync(), 'io');
        assert.equal(await read(fs, '/a'), 'new');
        await file.datasync();
        await file.close();
      },
      (fs) => read(fs, '/a'),
    );
    assert.deepEqual(found, ['new', 'old']);
  });
  test('has decided what is on the disk: no crash, good or bad, asks again', async () => {
    const scenario = async (fs: SimFs) => {
      await put(fs, '/a', 'old', 'datasync');
      await fs.syncDir('/');
      fs.setScript(({ operation }) =>
        operation === 'datasync' ? { kind: 'error', code: 'io' } : undefined,
      );
      await rejects(put(fs, '/a', 'new', 'datasync'), 'io');
    };
    const found = new Set<string>();
    for (let seed = 0; seed < SEEDS; seed++) {
      const fs = simFs(seed);
      await scenario(fs);
      const [lost, kept] = [fs.crash('lost'), fs.crash('kept')];
      found.add(`${await read(lost, '/a')} ${await read(kept, '/a')}`);
    }
    assert.deepEqual([...found].sort(), ['new new', 'old old']);
  });
  test('of a directory leaves its names undecided, and the next one may mend it', async () => {
    const scenario = async (fs: SimFs) => {
      await put(fs, '/a', '', 'datasync');
      fs.failAt(1);
      await rejects(fs.syncDir('/'), 'io');
    };
    assert.deepEqual(await outcomes(scenario, tree), ['', 'a']);
    const mended = async (fs: SimFs) => {
      await scenario(fs);
      await fs.syncDir('/');
    };
    assert.deepEqual(await outcomes(mended, tree), ['a']);
  });
});

describe('a slow sync', () => {
  const slow: SimFault = { kind: 'slow', millis: 1000 };

  test('takes the time of the simulated clock, and covers what was written before it', async () => {
    for (let seed = 0; seed < SEEDS; seed++) {
      const clock = createSimClock();
      const fs = simFs(seed, { clock });
      await put(fs, '/a', '', 'datasync');
      await fs.syncDir('/');
      const file = await fs.open('/a', 'write');
      await writeFully(file, text('before'), 0);
      fs.faultAt(1, slow);
      const synced = file.datasync();
      await clock.advance(500);
      await writeFully(file, text(' during'), 6);
      await clock.runUntil(synced);
      assert.equal(clock.monotonicMillis(), 1000);
      const found = await read(fs.crash('lost'), '/a');
      assert.equal(found, 'before', 'also in the page that both writes share');
    }
  });

  test('that a crash meets may have done anything, and the caller hears of the crash', async () => {
    const found = new Set<string>();
    for (let seed = 0; seed < SEEDS; seed++) {
      const clock = createSimClock();
      const fs = simFs(seed, { clock });
      await put(fs, '/a', 'old', 'datasync');
      await fs.syncDir('/');
      const file = await fs.open('/a', 'write');
      await writeFully(file, text('new'), 0);
      fs.faultAt(1, slow);
      const synced = rejects(file.datasync(), 'crashed');
      await clock.advance(999);
      const after = fs.crash();
      await synced;
      found.add(await read(after, '/a'));
    }
    assert.deepEqual([...found].sort(), ['new', 'old']);
  });

  test('overtaken by a later one does not put older bytes back', async () => {
    const clock = createSimClock();
    const fs = simFs(1, { clock });
    const file = await fs.open('/a', 'write');
    await fs.syncDir('/');
    await writeFully(file, text('first'), 0);
    fs.faultAt(1, slow);
    const synced = file.datasync();
    await clock.advance(1);
    await writeFully(file, text('second'), 0);
    await file.datasync();
    await clock.runUntil(synced);
    assert.equal(await read(fs.crash('lost'), '/a'), 'second');
  });

  test('needs a clock', async () => {
    const fs = simFs(1);
    fs.faultAt(1, slow);
    await assert.rejects(fs.syncDir('/'), /needs the option "clock"/);
  });
});

describe('a killed process', () => {
  test('loses nothing, and syncs nothing', async () => {
    const killed = async (fs: SimFs) => {
      const file = await fs.open('/a', 'write');
      await writeFully(file, text('new'), 0);
      const heir = fs.kill();
      await rejects(file.read(new Uint8Array(1), 0), 'crashed');
      assert.equal(await read(heir, '/a'), 'new');
      return heir;
    };
    const found = new Set<string>();
    for (let seed = 0; seed < SEEDS; seed++) {
      found.add(printable(await read((await killed(simFs(seed))).crash(), '/a')));
    }
    for (const outcome of ['absent', '', 'new']) assert.ok(found.has(outcome), outcome);
  });

  test('in the middle of a sync has synced nothing for sure', async () => {
    const clock = createSimClock();
    const fs = simFs(1, { clock });
    const file = await fs.open('/a', 'write');
    await fs.syncDir('/');
    await writeFully(file, text('new'), 0);
    fs.faultAt(1, { kind: 'slow', millis: 10 });
    const synced = rejects(file.datasync(), 'crashed');
    await clock.advance(5);
    const heir = fs.kill();
    await synced;
    await clock.advance(100);
    assert.equal(await read(heir, '/a'), 'new');
    assert.throws(() => fs.kill(), /down already/);
    assert.equal(await read(heir.crash('lost'), '/a'), '');
  });

  test('leaves its heir to sync what it did not', async () => {
    const clock = createSimClock();
    const fs = simFs(1, { clock });
    await put(fs, '/a', 'new');
    await fs.syncDir('/');
    const file = await fs.open('/a', 'write');
    fs.faultAt(1, { kind: 'slow', millis: 10 });
    const synced = rejects(file.datasync(), 'crashed');
    await clock.advance(5);
    const heir = fs.kill();
    await synced;
    await put(heir, '/a', '', 'datasync');
    assert.equal(await read(heir.crash('lost'), '/a'), 'new');
  });

  test('gives back the bytes of files it held open without a name', async () => {
    const fs = simFs(1, { capacityBytes: 100 });
    const file = await fs.open('/a', 'write');
    await writeFully(file, new Uint8Array(60), 0);
    await fs.unlink('/a');
    assert.equal((await fs.space('/')).freeBytes, 40);
    assert.equal((await fs.kill().space('/')).freeBytes, 100);
  });
});

test('a machine that is down answers nothing but that', async () => {
  const fs = simFs(1);
  const file = await fs.open('/a', 'write');
  fs.crash();
  assert.ok(fs.isDown());
  for (const work of [
    file.write(text('x'), 0),
    file.read(new Uint8Array(1), 0),
    file.datasync(),
    file.close(),
    fs.open('/a', 'read'),
    fs.readdir('/'),
    fs.rename('/a', '/b'),
    fs.syncDir('/'),
    fs.space('/'),
  ]) {
    await rejects(work, 'crashed');
  }
});

describe('a full disk', () => {
  test('takes what fits without an error, then none; deleting makes room', async () => {
    const fs = simFs(1, { capacityBytes: 100 });
    const file = await fs.open('/a', 'write');
    assert.equal(await file.write(new Uint8Array(70), 0), 70);
    assert.equal(await file.write(new Uint8Array(70), 70), 30, 'a short write');
    await rejects(file.write(new Uint8Array(1), 100), 'no-space');
    assert.equal(await file.write(new Uint8Array(50), 50), 50, 'over what is there');
    await rejects(file.truncate(101), 'no-space');
    assert.deepEqual(await fs.space('/'), { freeBytes: 0, totalBytes: 100 });
    await file.truncate(40);
    assert.equal((await fs.space('/')).freeBytes, 60);
    await fs.unlink('/a');
    assert.equal((await fs.space('/')).freeBytes, 60, 'it is open still');
    await file.close();
    assert.equal((await fs.space('/')).freeBytes, 100);
  });
  test('is full after the crash as well', async () => {
    const fs = simFs(1, { capacityBytes: 100 });
    await put(fs, '/a', 'x'.repeat(100), 'datasync');
    await fs.syncDir('/');
    const after = fs.crash('lost');
    await rejects(put(after, '/b', 'x'), 'no-space');
  });
});

describe('faults by chance', () => {
  const chances = [
    ['shortWrite', 'short'],
    ['shortRead', 'short'],
    ['noSpace', 'write no-space'],
    ['writeError', 'write io'],
    ['readError', 'read io'],
    ['syncError', 'datasync io'],
    ['slowSync', 'slow'],
    ['bitFlip', 'flipped'],
  ] as const;
  for (const [chance, expected] of chances) {
    test(`${chance}: sometimes ${expected}, sometimes not`, async () => {
      const found = new Set<string>();
      for (let seed = 0; seed < 60; seed++) {
        const clock = createSimClock();
        const fs = simFs(seed, { clock });
        await put(fs, '/a', '........');
        fs.setChances({ [chance]: 0.5 });
        found.add(await clock.runUntil(mishap(fs, clock.monotonicMillis)));
      }
      assert.deepEqual([...found].sort(), ['fine', expected].sort());
    });
  }
  test('never, when no chance is given', async () => {
    for (let seed = 0; seed < 60; seed++) {
      const fs = simFs(seed);
      await put(fs, '/a', '........');
      assert.equal(await mishap(fs, () => 0), 'fine');
    }
  });

  /** Writes, syncs and reads once; answers what went wrong. */
  async function mishap(fs: Fs, nowMillis: () => number): Promise<string> {
    const started = nowMillis();
    const bytes = new Uint8Array(8);
    const file = await fs.open('/a', 'read').then(async (reader) => {
      await reader.close();
      return fs.open('/a', 'write').catch(() => undefined);
    });
    if (file === undefined) return 'write no-space';
    try {
      if ((await file.write(text('........'), 0)) < 8) return 'short';
      await file.datasync();
      if ((await file.read(bytes, 0)) < 8) return 'short';
    } catch (error) {
      assert.ok(error instanceof FsError);
      return `${error.operation} ${error.code}`;
    }
    if (nowMillis() > started) return 'slow';
    return new TextDecoder().decode(bytes) === '........' ? 'fine' : 'flipped';
  }
});

describe('faults by script', () => {
  test('the nth operation from now fails, and only that', async () => {
    const fs = simFs(1);
    await fs.mkdir('/d');
    fs.failAt(2, 'read-only');
    await fs.mkdir('/e');
    await rejects(fs.mkdir('/f'), 'read-only');
    await fs.mkdir('/g');
    assert.equal(await tree(fs), 'd e g');
  });
  test('a script sees every operation', async () => {
    const fs = simFs(1);
    const seen: string[] = [];
    fs.setScript(({ number, operation, path }) => {
      seen.push(`${number} ${operation} ${path}`);
      return operation === 'datasync' ? { kind: 'error', code: 'io' } : undefined;
    });
    await rejects(put(fs, '/a', 'x', 'datasync'), 'io');
    assert.deepEqual(seen, ['1 open /a', '2 write /a', '3 datasync /a', '4 close /a']);
    fs.setScript(undefined);
    await put(fs, '/a', 'x', 'datasync');
    assert.equal(fs.operationCount(), 8);
    assert.deepEqual(
      [...fs.operationCounts()],
      [
        ['open', 2],
        ['write', 2],
        ['datasync', 2],
        ['close', 2],
      ],
    );
  });
  test('the power goes before or after the nth operation', async () => {
    const found = new Set<string>();
    for (let seed = 0; seed < SEEDS; seed++) {
      const fs = simFs(seed);
      await fs.mkdir('/d');
      fs.crashAt(2);
      await fs.mkdir('/e');
      await rejects(fs.mkdir('/f'), 'crashed');
      await rejects(fs.mkdir('/g'), 'crashed');
      assert.ok(fs.isDown());
      found.add(await tree(fs.crash('kept')));
    }
    assert.deepEqual([...found].sort(), ['d e', 'd e f']);
  });
  test('an aged medium: the flipped bit stays, and was on the disk', async () => {
    const fs = simFs(1);
    await put(fs, '/a', 'AAAA', 'datasync');
    await fs.syncDir('/');
    fs.flipBit('/a', 2, 1);
    assert.equal(await read(fs, '/a'), 'AACA');
    assert.equal(await read(fs.crash(), '/a'), 'AACA');
  });
  test('a fault that makes no sense for an operation is a mistake of the test', async () => {
    const fs = simFs(1);
    fs.faultAt(1, { kind: 'short' });
    await assert.rejects(fs.mkdir('/d'), /mkdir knows no fault "short"/);
  });
});

test('operations that overlap take effect in any order', async () => {
  const found = new Set<string>();
  for (let seed = 0; seed < SEEDS; seed++) {
    const fs = simFs(seed);
    const file = await fs.open('/a', 'write');
    await Promise.all([file.write(text('1'), 0), file.write(text('2'), 0)]);
    found.add(await read(fs, '/a'));
  }
  assert.deepEqual([...found].sort(), ['1', '2']);
});

test('the same seed gives the same world', async () => {
  async function story(seed: number): Promise<string> {
    const clock = createSimClock();
    let fs = simFs(seed, {
      clock,
      chances: { shortWrite: 0.2, syncError: 0.1, slowSync: 0.2, noSpace: 0.05, bitFlip: 0.1 },
    });
    const seen: string[] = [];
    for (let life = 0; life < 3; life++) {
      for (let i = 0; i < 20; i++) {
        const name = `/${'abc'[i % 3]}`;
        await clock.runUntil(
          put(fs, name, `${life} ${i}`.repeat(700), 'datasync')
            .then(() => fs.rename(name, `${name}x`))
            .catch((error: Error) => void seen.push(error.message)),
        );
      }
      fs = fs.crash();
      fs.setChances({});
      seen.push(await tree(fs));
      for (const { name } of await fs.readdir('/')) seen.push(await read(fs, `/${name}`));
    }
    return seen.join('\n');
  }
  assert.equal(await story(5), await story(5));
  assert.notEqual(await story(5), await story(6));
});

async function put(
  fs: Fs,
  path: string,
  content: string,
  sync?: 'datasync' | 'sync',
  mode: 'write' | 'truncate' = 'write',
): Promise<void> {
  const file = await fs.open(path, mode);
  try {
    await writeFully(file, text(content), 0);
    if (sync !== undefined) await file[sync]();
  } finally {
    await file.close();
  }
}

async function read(fs: Fs, path: string): Promise<string> {
  try {
    return new TextDecoder().decode(await readWholeFile(fs, path, 1e6));
  } catch (error) {
    if (error instanceof FsError && error.code === 'not-found') return 'absent';
    throw error;
  }
}

/** All names, as `a d d/f`. */
async function tree(fs: Fs, at = ''): Promise<string> {
  const names: string[] = [];
  for (const { name, kind } of await fs.readdir(`/${at}`)) {
    names.push(at + name);
    if (kind === 'directory') names.push(await tree(fs, `${at}${name}/`));
  }
  return names.filter((name) => name !== '').join(' ');
}

function text(content: string): Uint8Array {
  return new TextEncoder().encode(content);
}

function printable(content: string): string {
  return content.replaceAll('\0', '0');
}

async function rejects(work: Promise<unknown>, code: FsErrorCode): Promise<void> {
  await assert.rejects(work, (error) => {
    assert.ok(error instanceof FsError, String(error));
    assert.equal(error.code, code, error.message);
    return true;
  });
}
