import { readFileSync } from 'node:fs';

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

/** Field 22 of `/proc/PID/stat` (proc(5)): ticks since the boot. */
function startOf(pid: number): string | undefined {
  const stat = readIfThere(`/proc/${pid}/stat`);
  // The second field is a name in parentheses, which may hold spaces and parentheses itself.
  return stat?.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
}

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
