import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/** What the recorded figures waited between push and queries. */
const FIXED_MILLIS = 45_000;

/** Ours flushes and merges some seconds after a push, and deletes what it replaced two minutes later. */
const QUIET_MILLIS = 125_000;
const QUIET_MAX_MILLIS = 420_000;
const LOOK_EVERY_MILLIS = 1_000;

/** Of one core: what a server does that has nothing to do. */
const IDLE_CORES = 0.1;

/** Clock ticks of /proc a second; Linux has had no other number for decades. */
const TICKS_PER_SECOND = 100;

/**
 * Waits until a server has done what a push leaves it with: its directory keeps its size and it uses
 * next to no CPU. Returns how long that took, and whether it was reached in time.
 */
export async function settle(kind, pid, dir, quietMillis = QUIET_MILLIS) {
  if (kind === 'fixed') {
    await sleep(FIXED_MILLIS);
    return { millis: FIXED_MILLIS, isSettled: false };
  }
  const start = performance.now();
  let last = { bytes: -1, ticks: ticksOf(pid) };
  let quietSince = start;
  for (;;) {
    await sleep(LOOK_EVERY_MILLIS);
    const now = performance.now();
    const seen = { bytes: bytesBelow(dir), ticks: ticksOf(pid) };
    const cores = ((seen.ticks - last.ticks) / TICKS_PER_SECOND / LOOK_EVERY_MILLIS) * 1000;
    if (seen.bytes !== last.bytes || cores > IDLE_CORES) quietSince = now;
    last = seen;
    const millis = Math.round(now - start);
    if (now - quietSince >= quietMillis) return { millis, isSettled: true };
    if (millis >= QUIET_MAX_MILLIS) return { millis, isSettled: false };
  }
}

export function bytesBelow(dir) {
  let bytes = 0;
  try {
    for (const entry of readdirSync(dir, { withFileTypes: true, recursive: true })) {
      if (!entry.isFile()) continue;
      bytes += statSync(join(entry.parentPath ?? entry.path, entry.name)).size;
    }
  } catch (error) {
    // A file that a merge deleted meanwhile: the next look sees all of it.
    if (error.code !== 'ENOENT') throw error;
  }
  return bytes;
}

function ticksOf(pid) {
  const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return Number(fields[11]) + Number(fields[12]);
}
