import { readFileSync } from 'node:fs';
import type { FileLock } from '../../../libc/file-lock.ts';

/** A process as a lock names it: a pid alone is given to another process sooner or later. */
export type ProcessIdentity = {
  readonly pid: number;
  /** Of this run of the machine; '' when the system does not say. */
  readonly bootId: string;
  /** When the process began, in whatever unit the system has; '' when it does not say. */
  readonly started: string;
};

/** What the machine knows about processes. */
export type LockHost = {
  self(): ProcessIdentity;
  /** The process of a pid that runs now. */
  running(pid: number): ProcessIdentity | undefined;
  /**
   * A lock of the kernel's on a folder. A pid says nothing to who has other pids, as each container
   * does, and two that look at the same moment find the same.
   */
  readonly hold?: (folder: string) => FileLock;
};

/** By `/proc`; where there is none, a pid that runs is taken for the process that was meant. */
export const systemLockHost: LockHost = {
  self: () => ({ pid: process.pid, bootId: bootId(), started: startOf(process.pid) ?? '' }),
  running(pid) {
    const started = startOf(pid);
    if (started !== undefined) return { pid, bootId: bootId(), started };
    return bootId() === '' && isRunning(pid) ? { pid, bootId: '', started: '' } : undefined;
  },
};

function bootId(): string {
  return readIfThere('/proc/sys/kernel/random/boot_id')?.trim() ?? '';
}

/**
 * Field 22 of `/proc/PID/stat` (proc(5)): ticks since the boot. Undefined for a process that has ended
 * and waits for its parent to hear of it, which may never listen.
 */
function startOf(pid: number): string | undefined {
  const stat = readIfThere(`/proc/${pid}/stat`);
  // The second field is a name in parentheses, which may hold spaces and parentheses itself.
  const fields = stat?.slice(stat.lastIndexOf(')') + 2).split(' ');
  const [state = ''] = fields ?? [];
  // The first thread ends before the others: as long as there are some, the process goes on.
  const hasEnded = ENDED.has(state) && Number(fields?.[17]) <= 1;
  return hasEnded ? undefined : fields?.[19];
}

const ENDED: ReadonlySet<string> = new Set(['Z', 'X']);

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}
