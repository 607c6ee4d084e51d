import type { Clock } from '../clock/clock.ts';
import type { Random } from '../random/random.ts';
import type { File, Fs, OpenMode, SyncFile } from './fs.ts';
import { FsError, type FsErrorCode, type FsOperation } from './fs-error.ts';
import { guardFile, guardSyncFile } from './guarded-file.ts';
import type { SimSync, UnsyncedFate } from './sim-content.ts';
import { drawFault, NO_FAULTS, type SimFault, type SimFaultChances } from './sim-faults.ts';
import { createSimTree, type SimFile, type SimTree } from './sim-tree.ts';

export type SimFsOptions = {
  /** Decides everything that is left to chance: the same seed and the same calls, the same world. */
  readonly random: Random;
  /** For faults that take time: without it they are a `TypeError`. */
  readonly clock?: Clock;
  /** Bytes of file contents that fit. Default 1 TiB. Names cost nothing. */
  readonly capacityBytes?: number;
  /** Default: nothing goes wrong by chance. */
  readonly chances?: Partial<SimFaultChances>;
  /** How likely the kernel writes a dirty page back before an operation. Default 0.05. */
  readonly writeBackChance?: number;
};

/** One call, as a script of faults sees it. */
export type SimOperation = {
  /** Counted from 1 since this world began. */
  readonly number: number;
  readonly operation: FsOperation;
  readonly path: string;
};

export type FaultScript = (operation: SimOperation) => SimFault | undefined;

/**
 * A file system in memory that does to its user what disks, kernels and power cuts do. What is kept
 * at a crash is told at `SimContent` (bytes) and `SimTree` (names); faults are told at `SimFault`.
 *
 * Operations that overlap take effect in an order drawn from the seed. Nothing here takes real
 * time, so `SimClock.runUntil` drives it.
 */
export type SimFs = Fs & {
  /** The fault of the `nth` operation from now; the next one is 1. */
  faultAt(nth: number, fault: SimFault): void;
  /** The `nth` operation from now fails: to walk every fault point, one run for each. */
  failAt(nth: number, code?: FsErrorCode): void;
  /** The power goes at the `nth` operation from now. Then call `crash`. */
  crashAt(nth: number): void;
  /** Asked before each operation that has no fault by `faultAt`. */
  setScript(script: FaultScript | undefined): void;
  setChances(chances: Partial<SimFaultChances>): void;
  /**
   * The power goes, if it has not, and comes back: the world as it is on the disk. May be called
   * again for another outcome of the same crash.
   */
  crash(fate?: UnsyncedFate): SimFs;
  /**
   * The process is killed and another one begins. The kernel lives on: nothing is lost, and what
   * was not synced still is not.
   */
  kill(): SimFs;
  /** After `crash`, `kill` or a fault of that kind: every call rejects with `crashed`. */
  isDown(): boolean;
  /** Flips one bit at rest: what is read, and what is on the disk. */
  flipBit(path: string, at: number, bit: number): void;
  operationCount(): number;
  /** How often each operation was called; one never called is not there. */
  operationCounts(): ReadonlyMap<FsOperation, number>;
};

const DEFAULT_CAPACITY_BYTES = 2 ** 40;
const DEFAULT_WRITE_BACK_CHANCE = 0.05;

/** An operation waits for up to this many promises less one: enough to overtake its neighbours. */
const MAX_TURNS = 4;

/** How likely a page or a name survives; one of these is drawn for each crash. */
const SURVIVAL_CHANCES = [0, 0.1, 0.5, 0.9, 1];

export function createSimFs(options: SimFsOptions): SimFs {
  return createWorld(options, createSimTree());
}

function createWorld(options: SimFsOptions, tree: SimTree): SimFs {
  const { random, clock } = options;
  const capacityBytes = options.capacityBytes ?? DEFAULT_CAPACITY_BYTES;
  const writeBackChance = options.writeBackChance ?? DEFAULT_WRITE_BACK_CHANCE;
  let chances: SimFaultChances = { ...NO_FAULTS, ...options.chances };
  let script: FaultScript | undefined;
  const faults = new Map<number, SimFault>();
  const counts = new Map<FsOperation, number>();
  let operationCount = 0;
  const powerCut = new AbortController();
  const syncs = new Set<SimSync>();

  /** Counts an operation, lets others overtake it, and does to it what fate has in store. */
  async function perform<T>(
    operation: FsOperation,
    path: string,
    act: (fault: SimFault | undefined) => T | Promise<T>,
    canDrawFault = true,
  ): Promise<T> {
    checkPower(operation, path);
    const number = ++operationCount;
    counts.set(operation, (counts.get(operation) ?? 0) + 1);
    const fault =
      faults.get(number) ??
      script?.({ number, operation, path }) ??
      (canDrawFault ? drawFault(operation, chances, random) : undefined);
    for (let turns = random.below(MAX_TURNS); turns > 0; turns--) await undefined;
    checkPower(operation, path);
    if (random.float() < writeBackChance) tree.writeBackSomePage(random);
    if (fault?.kind === 'crash') {
      const isDone = random.below(2) === 0;
      // Whether it would have gone well is of no interest to a machine that is off.
      if (isDone) await Promise.resolve(act(undefined)).catch(() => {});
      powerCut.abort();
      checkPower(operation, path);
    }
    return act(fault);
  }

  /** For operations that know no fault of their own but to fail or to be late. */
  function performPlain<T>(
    operation: FsOperation,
    path: string,
    act: () => T,
    canDrawFault = true,
  ): Promise<T> {
    return perform(
      operation,
      path,
      async (fault) => {
        await failOrWait(fault, operation, path);
        checkPower(operation, path);
        return act();
      },
      canDrawFault,
    );
  }

  /** The same on the calling thread: nothing overtakes, and nothing waits. */
  function performNow<T>(
    operation: FsOperation,
    path: string,
    act: (fault: SimFault | undefined) => T,
  ): T {
    checkPower(operation, path);
    const number = ++operationCount;
    counts.set(operation, (counts.get(operation) ?? 0) + 1);
    const fault =
      faults.get(number) ??
      script?.({ number, operation, path }) ??
      drawFault(operation, chances, random);
    if (fault?.kind === 'crash') {
      powerCut.abort();
      checkPower(operation, path);
    }
    if (fault?.kind === 'error') throw injected(fault.code, operation, path);
    return act(fault);
  }

  async function failOrWait(
    fault: SimFault | undefined,
    operation: FsOperation,
    path: string,
  ): Promise<void> {
    if (fault === undefined) return;
    if (fault.kind === 'error') throw injected(fault.code, operation, path);
    if (fault.kind !== 'slow') throw new TypeError(`${operation} knows no fault "${fault.kind}"`);
    if (clock === undefined) throw new TypeError('a slow operation needs the option "clock"');
    await clock.sleep(fault.millis, powerCut.signal).catch(() => {});
  }

  function performSync(operation: FsOperation, path: string, begin: () => SimSync): Promise<void> {
    return perform(operation, path, async (fault) => {
      const sync = begin();
      syncs.add(sync);
      try {
        await failOrWait(fault, operation, path);
        checkPower(operation, path);
      } catch (error) {
        if (!powerCut.signal.aborted) sync.fail(random);
        throw error;
      } finally {
        // A sync that a power cut has met stays begun: some of its pages may be on the disk.
        syncs.delete(sync);
      }
      sync.finish();
    });
  }

  function checkPower(operation: FsOperation, path: string): void {
    if (!powerCut.signal.aborted) return;
    throw new FsError({ code: 'crashed', operation, path }, 'this simulated machine is down');
  }

  function openFile(path: string, mode: OpenMode): SimFile {
    // `createFile` refuses what is there, be it a directory: an exclusive open does not look first.
    const found = mode === 'exclusive' ? undefined : tree.findFile(path);
    if (found === undefined && mode === 'read') throw failure('not-found', 'open', path);
    const file = found ?? tree.createFile(path);
    if (mode === 'truncate') file.content.truncate(0);
    file.openCount++;
    return file;
  }

  /** As much of a longer file as there is room for. */
  function roomFor(file: SimFile, bytes: number, at: number): number {
    const growthBytes = at + bytes - file.content.sizeBytes();
    if (growthBytes <= 0) return bytes;
    const missingBytes = growthBytes - (capacityBytes - tree.usedBytes());
    return missingBytes <= 0 ? bytes : bytes - missingBytes;
  }

  function readContent(
    { content }: SimFile,
    into: Uint8Array,
    at: number,
    fault: SimFault | undefined,
  ): number {
    const wanted = fault?.kind === 'short' ? shortOf(into.length, random) : into.length;
    const available = Math.min(wanted, content.sizeBytes() - at);
    if (fault?.kind === 'bit-flip' && available > 0) {
      content.flipBit(at + random.below(available), random.below(8));
    }
    return content.read(into.subarray(0, wanted), at);
  }

  function syncHandleOf(file: SimFile, path: string): SyncFile {
    return guardSyncFile(path, {
      read: (into, at) => performNow('read', path, (fault) => readContent(file, into, at, fault)),
      size: () => performNow('size', path, () => file.content.sizeBytes()),
      close: () => performNow('close', path, () => tree.close(file)),
    });
  }

  function handleOf(file: SimFile, path: string, mode: OpenMode): File {
    const { content } = file;
    return guardFile(path, mode, {
      write: (bytes, at) =>
        perform('write', path, async (fault) => {
          const wanted = fault?.kind === 'short' ? shortOf(bytes.length, random) : bytes.length;
          if (fault?.kind !== 'short') await failOrWait(fault, 'write', path);
          checkPower('write', path);
          const written = Math.min(wanted, roomFor(file, bytes.length, at));
          if (written <= 0) throw failure('no-space', 'write', path);
          content.write(bytes.subarray(0, written), at);
          return written;
        }),
      read: (into, at) =>
        perform('read', path, async (fault) => {
          const isOwnFault = fault?.kind === 'short' || fault?.kind === 'bit-flip';
          if (!isOwnFault) await failOrWait(fault, 'read', path);
          checkPower('read', path);
          return readContent(file, into, at, fault);
        }),
      datasync: () => performSync('datasync', path, () => content.beginSync()),
      sync: () => performSync('sync', path, () => content.beginSync()),
      truncate: (sizeBytes) =>
        performPlain('truncate', path, () => {
          if (sizeBytes - content.sizeBytes() > capacityBytes - tree.usedBytes()) {
            throw failure('no-space', 'truncate', path);
          }
          content.truncate(sizeBytes);
        }),
      size: () => performPlain('size', path, () => content.sizeBytes()),
      close: () => performPlain('close', path, () => tree.close(file)),
    });
  }

  return {
    open: (path, mode) =>
      performPlain('open', path, () => handleOf(openFile(path, mode), path, mode), mode !== 'read'),
    openSync: (path) => performNow('open', path, () => syncHandleOf(openFile(path, 'read'), path)),
    readdir: (path) => performPlain('readdir', path, () => tree.readdir(path)),
    stat: (path) => performPlain('stat', path, () => tree.stat(path)),
    rename: (from, to) => performPlain('rename', from, () => tree.rename(from, to)),
    link: (existing, path) => performPlain('link', path, () => tree.link(existing, path)),
    unlink: (path) => performPlain('unlink', path, () => tree.unlink(path)),
    mkdir: (path) => performPlain('mkdir', path, () => tree.mkdir(path)),
    rmdir: (path) => performPlain('rmdir', path, () => tree.rmdir(path)),
    syncDir: (path) => performSync('syncDir', path, () => tree.beginSyncDir(path)),
    space: (path) =>
      performPlain('space', path, () => {
        tree.stat(path);
        const freeBytes = Math.max(0, capacityBytes - tree.usedBytes());
        return { freeBytes, totalBytes: capacityBytes };
      }),

    faultAt(nth, fault) {
      faults.set(operationCount + nth, fault);
    },
    failAt(nth, code = 'io') {
      faults.set(operationCount + nth, { kind: 'error', code });
    },
    crashAt(nth) {
      faults.set(operationCount + nth, { kind: 'crash' });
    },
    setScript(newScript) {
      script = newScript;
    },
    setChances(newChances) {
      chances = { ...NO_FAULTS, ...newChances };
    },

    crash(fate = 'random') {
      powerCut.abort();
      const chance = SURVIVAL_CHANCES[random.below(SURVIVAL_CHANCES.length)]!;
      const survival = { survives: () => random.float() < chance };
      return createWorld({ ...options, chances }, tree.afterCrash(fate, random, survival));
    },
    kill() {
      if (powerCut.signal.aborted) throw new Error('this simulated machine is down already');
      powerCut.abort();
      for (const sync of syncs) sync.abandon();
      tree.closeAll();
      return createWorld({ ...options, chances }, tree);
    },
    isDown: () => powerCut.signal.aborted,

    flipBit(path, at, bit) {
      const file = tree.findFile(path);
      if (file === undefined) throw failure('not-found', 'read', path);
      file.content.flipBit(at, bit);
    },
    operationCount: () => operationCount,
    operationCounts: () => counts,
  };
}

/** Some of the bytes and not all, if there are two. */
function shortOf(length: number, random: Random): number {
  return length < 2 ? length : 1 + random.below(length - 1);
}

function failure(code: FsErrorCode, operation: FsOperation, path: string): FsError {
  return new FsError({ code, operation, path }, 'simulated file system');
}

function injected(code: FsErrorCode, operation: FsOperation, path: string): FsError {
  return new FsError({ code, operation, path }, 'fault of the simulation');
}
