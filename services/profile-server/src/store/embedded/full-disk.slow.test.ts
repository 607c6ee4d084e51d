import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import {
  mkdtempSync,
  rmdirSync,
  rmSync,
  statfsSync,
  truncateSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { labelSetFromRecord } from '@emberscope/labels';
import { systemClock, systemRandom } from '@emberscope/node-kit';
import { profileFromText } from '@emberscope/profile';
import { ANONYMOUS } from '../ids.ts';
import { openOnThisMachine } from './testing/embedded-subject.ts';
import { takeNumbered } from './testing/numbered-profiles.ts';

const DISK_BYTES = 8 * 1024 * 1024;
/** What the filler leaves: some hundred profiles. */
const LEFT_BYTES = 400_000;
const REFUSALS = 20;
const HEAL_MAX_MILLIS = 30_000;
const HEAL_PAUSE_MILLIS = 250;
const SAMPLE_TYPES = [
  { type: 'samples', unit: 'count' },
  { type: 'cpu', unit: 'nanoseconds' },
];

test('a full disk costs no acknowledged profile, and pushes go on when there is room', async (t) => {
  const disk = mountSmallDisk(t);
  if (disk === undefined) return;
  const dataDir = join(disk, 'data');
  const filler = join(disk, 'filler');
  const acked = new Map<number, string>();
  const refused: number[] = [];
  let next = 0;
  let store = openOnThisMachine(dataDir);
  await store.start();

  async function pushOne(): Promise<boolean> {
    const number = next++;
    const [[outcome] = []] = await store.push(ANONYMOUS, [
      {
        labels: labelSetFromRecord({ __name__: 'process_cpu', service_name: 'a' }),
        profiles: [{ profile: profileOf(number) }],
      },
    ]);
    if (outcome?.kind === 'stored') {
      acked.set(number, outcome.profileId);
      return true;
    }
    assert.ok(outcome?.kind === 'refused' && outcome.refusal.kind === 'store');
    assert.equal(outcome.refusal.error.kind, 'unavailable');
    refused.push(number);
    return false;
  }

  async function checkAll(when: string): Promise<void> {
    const found = new Map((await takeNumbered(store)).map(({ number, id }) => [number, id]));
    assert.deepEqual(
      [...found].sort(([a], [b]) => a - b),
      [...acked].sort(([a], [b]) => a - b),
      when,
    );
  }

  while (acked.size < 20) await pushOne();
  writeFileSync(filler, new Uint8Array(Math.max(0, freeBytes(disk) - LEFT_BYTES)));
  while (refused.length < REFUSALS) {
    await pushOne();
    // A store that is full may find room by itself: by a flush, or by its ballast.
    if (acked.size % 50 === 0) await store.flush().catch(() => {});
    if (freeBytes(disk) > 0 && acked.size > 3000) truncateSync(filler, DISK_BYTES);
  }
  await checkAll('while it is full');
  unlinkSync(filler);
  const since = systemClock.monotonicMillis();
  while (!(await pushOne())) {
    assert.ok(systemClock.monotonicMillis() - since < HEAL_MAX_MILLIS, 'pushes go on');
    await systemClock.sleep(HEAL_PAUSE_MILLIS);
  }
  await checkAll('when there is room again');
  await store.stop();
  store = openOnThisMachine(dataDir);
  await store.start();
  await checkAll('after a restart');
  await store.stop();
  t.diagnostic(`${acked.size} acknowledged, ${refused.length} refused`);
});

/** Noise in its names: it must not become small in the log. */
function profileOf(number: number) {
  return profileFromText(`main;n${number} ${number + 1} ${10 * (number + 1)}\nmain 1 10`, {
    sampleTypes: SAMPLE_TYPES,
    periodType: { type: 'cpu', unit: 'nanoseconds' },
    timeNanos: systemClock.nowNanos(),
    comments: [Buffer.from(systemRandom.bytes(1000)).toString('hex')],
  });
}

function freeBytes(path: string): number {
  const { bavail, bsize } = statfsSync(path);
  return bavail * bsize;
}

/** A file system of its own, which goes with the test; undefined, and a reason, where that cannot be. */
function mountSmallDisk(t: TestContext): string | undefined {
  if (process.getuid?.() !== 0) {
    t.skip('mounting a small disk takes root');
    return undefined;
  }
  const disk = mkdtempSync(join(tmpdir(), 'emberscope-full-disk-'));
  try {
    const options = ['-t', 'tmpfs', '-o', `size=${DISK_BYTES}`, 'tmpfs', disk];
    execFileSync('mount', options, { stdio: 'pipe' });
  } catch (error) {
    rmSync(disk, { recursive: true, force: true });
    t.skip(`no small disk can be mounted here: ${error instanceof Error ? error.message : error}`);
    return undefined;
  }
  t.after(() => {
    // Lazily: an open file of a failed test must not keep it.
    execFileSync('umount', ['-l', disk]);
    rmdirSync(disk);
  });
  return disk;
}
