import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createSeededRandom, createSimClock, createSimFs, type Random } from '@emberscope/node-kit';
import { openTestWriter, type TestWriter } from './testing/open-writer.ts';
import { drawn, HOUR, one, START_MILLIS, TENANT } from './testing/writer-profiles.ts';

const SEEDS = process.env.EMBERSCOPE_TESTS === 'all' ? 100 : 2;
const STEPS = 60;

/** Of each operation of the disk. */
const CHANCES = {
  shortWrite: 0.1,
  shortRead: 0.1,
  noSpace: 0.02,
  writeError: 0.03,
  syncError: 0.05,
  slowSync: 0.02,
};

test('whatever the disk does, what is acknowledged is there once and what is refused is not', async () => {
  for (let seed = 1; seed <= SEEDS; seed++) {
    await simulate(seed).catch((error: unknown) => {
      throw new Error(`with seed ${seed}: ${error instanceof Error ? error.stack : error}`, {
        cause: error,
      });
    });
  }
});

async function simulate(seed: number): Promise<void> {
  const random = createSeededRandom(seed);
  const clock = createSimClock();
  let opened = await openTestWriter({
    fs: createSimFs({ random, clock }),
    clock,
    seed: 1000 * seed,
    limits: { generationMaxBytes: 3000, dictionaryMaxBytes: 6000, dictionariesMaxBytes: 20_000 },
  });
  const stored = new Set<string>();
  /** Refused since the last one that was stored: of these a crash may bring some back. */
  let unsure = 0;
  for (let step = 0; step < STEPS; step++) {
    opened.fs.setChances(random.below(3) === 0 ? CHANCES : {});
    const what = random.below(20);
    if (what < 12) {
      const { ids, refused } = await pushSome(opened, random);
      if (ids.length > 0) unsure = 0;
      unsure += refused;
      for (const id of ids) stored.add(id);
    } else if (what < 14) {
      await opened.run(opened.writer.flush()).catch(() => {});
    } else if (what < 17) {
      await opened.clock.advance(random.below(4000));
    } else if (what < 18) {
      opened.clock.jumpWall(random.below(30 * HOUR));
      await opened.clock.advance(1500);
    } else {
      const seen = await reopen(opened, seed * 1000 + step + 1, step % 2 === 0);
      opened = seen;
      opened.fs.setChances({});
      const more = opened.ids().filter((id) => !stored.has(id));
      assert.ok(more.length <= unsure, `${more.length} came back of ${unsure} that were refused`);
      for (const id of more) stored.add(id);
      unsure = 0;
    }
    opened.fs.setChances({});
    assert.deepEqual(opened.ids(), [...stored].sort(), `after step ${step}`);
  }
}

async function reopen(opened: TestWriter, seed: number, isCrash: boolean): Promise<TestWriter> {
  const fs = isCrash ? opened.fs.crash() : opened.fs.kill();
  fs.setChances({});
  return openTestWriter({
    fs,
    // The disk's clock as well. The writer that died still has a timer, and a disk that is down.
    clock: opened.clock,
    seed,
    limits: { generationMaxBytes: 3000, dictionaryMaxBytes: 6000, dictionariesMaxBytes: 20_000 },
  });
}

async function pushSome(
  { writer, run }: TestWriter,
  random: Random,
): Promise<{ readonly ids: readonly string[]; readonly refused: number }> {
  const pushes = Array.from({ length: 1 + random.below(5) }, () => {
    const text = `main;f${random.below(5)};g${random.below(40)} ${1 + random.below(9)}`;
    const millis = random.below(4) === 0 ? START_MILLIS - random.below(48) * HOUR : 0;
    return writer.push(TENANT, one(drawn(text, millis), `service-${random.below(3)}`));
  });
  const outcomes = (await run(Promise.all(pushes))).flat(2);
  const ids = outcomes.flatMap((of) =>
    of.kind === 'stored' ? [of.profileId.replaceAll('-', '')] : [],
  );
  return { ids, refused: outcomes.length - ids.length };
}
