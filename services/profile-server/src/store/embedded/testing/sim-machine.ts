import {
  type Clock,
  createSimClock,
  createSimFs,
  type Random,
  type SimClock,
  type SimFaultChances,
  type SimFs,
  type SimOperation,
  type UnsyncedFate,
} from '@emberscope/node-kit';

/**
 * A machine that can be switched off: disk and clock of one process after another. Each process gets
 * a clock of its own, so that timers of a dead one never run again.
 */
export type SimMachine = {
  fs(): SimFs;
  clock(): SimClock;
  setChances(chances: Partial<SimFaultChances>): void;
  /** Takes room on the disk so that `freeBytes` are left. */
  fillDisk(freeBytes: number): Promise<void>;
  emptyDisk(): Promise<void>;
  /**
   * Ends the process at the `nth` operation on the disk from now: by a power cut, or a kill that
   * leaves what was written to the kernel. The promise resolves when that happens.
   */
  endAt(nth: number, how: 'crash' | 'kill'): Promise<void>;
  /** Ends it now, if `endAt` has not, and starts the next one. */
  end(how: 'crash' | 'kill', fate?: UnsyncedFate): void;
  /** The next process of a machine that was not switched off. */
  next(): void;
};

const FILLER = '/filler';

export type SimMachineOptions = {
  readonly random: Random;
  readonly capacityBytes: number;
};

export function createSimMachine({ random, capacityBytes }: SimMachineOptions): SimMachine {
  let clock = createSimClock();
  const fsClock: Clock = { ...clock, sleep: (millis, signal) => clock.sleep(millis, signal) };
  let fs = createSimFs({ random, clock: fsClock, capacityBytes });
  let killed: SimFs | undefined;
  let chances: Partial<SimFaultChances> = {};
  let fillerBytes = 0;

  /** The machine's own doings are not the store's luck. */
  async function undisturbed(run: () => Promise<void>): Promise<void> {
    fs.setChances({});
    try {
      await run();
    } finally {
      fs.setChances(chances);
    }
  }

  async function removeFiller(): Promise<void> {
    if (fillerBytes === 0) return;
    fillerBytes = 0;
    await fs.unlink(FILLER);
    await fs.syncDir('/');
  }

  /** A hole as large as it must be: the simulated disk counts it as if it were written. */
  async function writeFiller(sizeBytes: number): Promise<void> {
    const file = await fs.open(FILLER, 'exclusive');
    await file.truncate(sizeBytes);
    await file.datasync();
    await file.close();
    await fs.syncDir('/');
    fillerBytes = sizeBytes;
  }

  return {
    fs: () => fs,
    clock: () => clock,
    setChances(newChances) {
      chances = newChances;
      fs.setChances(chances);
    },
    fillDisk: (freeBytes) =>
      undisturbed(async () => {
        await removeFiller();
        const space = await fs.space('/');
        if (space.freeBytes > freeBytes) await writeFiller(space.freeBytes - freeBytes);
      }),
    emptyDisk: () => undisturbed(removeFiller),

    endAt(nth, how) {
      const target = fs.operationCount() + nth;
      return new Promise((resolve) => {
        fs.setScript(({ number }: SimOperation) => {
          if (number !== target) return undefined;
          resolve();
          if (how === 'crash') return { kind: 'crash' };
          killed = fs.kill();
          return undefined;
        });
      });
    },

    end(how, fate) {
      if (killed !== undefined) fs = killed;
      else if (how === 'crash' || fs.isDown()) fs = fs.crash(fate);
      else fs = fs.kill();
      killed = undefined;
      fs.setScript(undefined);
      fs.setChances(chances);
      clock = createSimClock(clock.nowMillis());
    },

    next() {
      clock = createSimClock(clock.nowMillis());
    },
  };
}
