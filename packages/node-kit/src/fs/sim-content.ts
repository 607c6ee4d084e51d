import type { Random } from '../random/random.ts';

/** What the kernel writes back at a time. */
export const PAGE_BYTES = 4096;
/** What a disk writes whole or not at all. A page that power cut off is a mix of such. */
export const SECTOR_BYTES = 512;

/**
 * What becomes of writes that no sync has made durable:
 *
 * - `random`: any part of them survives
 * - `lost`: nothing of them, the worst a crash can do
 * - `kept`: all of them, the best
 */
export type UnsyncedFate = 'random' | 'lost' | 'kept';

/**
 * Draws whether one thing survives: a page, a name. How likely that is, is drawn once for each
 * crash, or else the outcomes where nearly all or nearly nothing survives would never come.
 */
export type Survival = { survives(): boolean };

/**
 * The bytes of one simulated file, twice: as programs see them, and as they are on the disk.
 *
 *     written:  ████ ████ ████ ██      pages of 4 KiB, size 14,000
 *     dirty:      ·         ·  ·       written since the last sync
 *     on disk:  ████ ▒▒▒▒ ████         size 12,288
 *
 * A sync copies dirty pages and the size to the disk. At a crash each dirty page survives, is lost,
 * or is torn: some of its sectors are new and some old. The size is one that the file had since the
 * last sync or any in between; where it has grown over pages that were lost there are zeros.
 */
export type SimContent = {
  sizeBytes(): number;
  /** @returns how many bytes were read */
  read(into: Uint8Array, at: number): number;
  write(bytes: Uint8Array, at: number): void;
  truncate(sizeBytes: number): void;
  /** What is written from now on is not part of this sync. */
  beginSync(): SimSync;
  /** The kernel writes some dirty page of its own accord. */
  writeBackSomePage(random: Random): void;
  /** One bit changes at rest: in what is read and on the disk. */
  flipBit(at: number, bit: number): void;
  /** What is on the disk after the machine has stopped. This content itself stays as it is. */
  afterCrash(fate: UnsyncedFate, random: Random, survival: Survival): SimContent;
};

export type SimSync = {
  finish(): void;
  /**
   * The device said no. As on Linux, the kernel now takes the pages for clean: they stay readable,
   * each is on the disk or not, and a later sync does not try again.
   */
  fail(random: Random): void;
  /** The process that asked was killed: the pages are dirty still. */
  abandon(): void;
};

type Pages = Map<number, Uint8Array>;
type SizeRange = { least: number; greatest: number };
type PendingSync = { readonly pages: Pages; readonly sizeBytes: number; readonly sizes: SizeRange };

export function createSimContent(onDisk: Pages = new Map(), durableSizeBytes = 0): SimContent {
  const written: Pages = clonePages(onDisk);
  let sizeBytes = durableSizeBytes;
  const dirty = new Set<number>();
  /** The sizes it may have on the disk besides the durable one. */
  let sizes: SizeRange = { least: sizeBytes, greatest: sizeBytes };
  /** In the order they began. */
  const syncs = new Set<PendingSync>();
  /** When a page was copied for the disk last: a slow sync must not put back an older one. */
  const copiedAt = new Map<number, number>();
  let copies = 0;
  let sizeCopiedAt = 0;

  function setSize(newSizeBytes: number): void {
    sizeBytes = newSizeBytes;
    for (const range of [sizes, ...Array.from(syncs, (sync) => sync.sizes)])
      widen(range, sizeBytes);
  }

  function pageToWrite(index: number): Uint8Array {
    let page = written.get(index);
    if (page === undefined) {
      page = new Uint8Array(PAGE_BYTES);
      written.set(index, page);
    }
    dirty.add(index);
    return page;
  }

  const content: SimContent = {
    sizeBytes: () => sizeBytes,

    read(into, at) {
      const end = Math.min(sizeBytes, at + into.length);
      for (const { index, start, stop } of pieces(at, end)) {
        const from = index * PAGE_BYTES + start - at;
        const page = written.get(index);
        if (page === undefined) into.fill(0, from, from + stop - start);
        else into.set(page.subarray(start, stop), from);
      }
      return Math.max(0, end - at);
    },

    write(bytes, at) {
      for (const { index, start, stop } of pieces(at, at + bytes.length)) {
        const from = index * PAGE_BYTES + start - at;
        pageToWrite(index).set(bytes.subarray(from, from + stop - start), start);
      }
      setSize(Math.max(sizeBytes, at + bytes.length));
    },

    truncate(newSizeBytes) {
      // What is cut off must be zeros if the file grows again.
      for (const { index, start, stop } of pieces(newSizeBytes, sizeBytes)) {
        pageToWrite(index).fill(0, start, stop);
      }
      setSize(newSizeBytes);
    },

    beginSync() {
      const copiedNow = ++copies;
      const pages: Pages = new Map();
      for (const index of dirty) pages.set(index, written.get(index)!.slice());
      dirty.clear();
      const sync = { pages, sizeBytes, sizes: { least: sizeBytes, greatest: sizeBytes } };
      syncs.add(sync);

      return {
        finish() {
          syncs.delete(sync);
          for (const [index, page] of pages) putOnDisk(index, page, copiedNow);
          if (copiedNow <= sizeCopiedAt) return;
          sizeCopiedAt = copiedNow;
          durableSizeBytes = sync.sizeBytes;
          sizes = sync.sizes;
        },
        fail(random) {
          syncs.delete(sync);
          for (const [index, page] of pages) {
            if (dirty.has(index)) continue;
            const outcome = random.below(3);
            if (outcome === 0) continue;
            const old = onDisk.get(index);
            putOnDisk(index, outcome === 1 ? page : tornPage(page, old, random), copiedNow);
          }
          if (random.below(2) === 0) durableSizeBytes = sync.sizeBytes;
        },
        abandon() {
          syncs.delete(sync);
          for (const index of pages.keys()) dirty.add(index);
        },
      };
    },

    writeBackSomePage(random) {
      if (dirty.size === 0) return;
      const index = [...dirty][random.below(dirty.size)]!;
      putOnDisk(index, written.get(index)!.slice(), ++copies);
      dirty.delete(index);
    },

    flipBit(at, bit) {
      for (const pages of [written, onDisk]) {
        const page = pages.get(Math.floor(at / PAGE_BYTES));
        if (page !== undefined) page[at % PAGE_BYTES]! ^= 1 << bit;
      }
    },

    afterCrash(fate, random, survival) {
      const surviving = clonePages(onDisk);
      if (fate === 'lost') {
        return createSimContent(cutOff(surviving, durableSizeBytes), durableSizeBytes);
      }
      const unsynced: Pages[] = [...Array.from(syncs, (sync) => sync.pages), dirtyPages()];
      for (const pages of unsynced) {
        for (const [index, page] of pages) {
          if (fate === 'kept') {
            surviving.set(index, page.slice());
          } else if (survival.survives()) {
            surviving.set(index, page.slice());
          } else if (random.below(4) === 0) {
            surviving.set(index, tornPage(page, surviving.get(index), random));
          }
        }
      }
      const survivingSize = fate === 'kept' ? sizeBytes : sizeAfterCrash(random, survival);
      return createSimContent(cutOff(surviving, survivingSize), survivingSize);
    },
  };
  return content;

  function putOnDisk(index: number, page: Uint8Array, copiedNow: number): void {
    if (copiedNow <= (copiedAt.get(index) ?? 0)) return;
    copiedAt.set(index, copiedNow);
    onDisk.set(index, page);
  }

  function dirtyPages(): Pages {
    const pages: Pages = new Map();
    for (const index of dirty) pages.set(index, written.get(index)!);
    return pages;
  }

  function sizeAfterCrash(random: Random, survival: Survival): number {
    const possible = { ...sizes };
    widen(possible, durableSizeBytes);
    if (possible.least === possible.greatest) return durableSizeBytes;
    if (survival.survives()) return sizeBytes;
    return random.below(2) === 0
      ? durableSizeBytes
      : possible.least + random.below(possible.greatest - possible.least + 1);
  }
}

/** Each sector is the new one or the old one. */
function tornPage(fresh: Uint8Array, old: Uint8Array | undefined, random: Random): Uint8Array {
  const torn = fresh.slice();
  for (let start = 0; start < PAGE_BYTES; start += SECTOR_BYTES) {
    if (random.below(2) === 0) continue;
    if (old === undefined) torn.fill(0, start, start + SECTOR_BYTES);
    else torn.set(old.subarray(start, start + SECTOR_BYTES), start);
  }
  return torn;
}

/** Zeros from the end on: a file that grows later must not show what was there. */
function cutOff(pages: Pages, sizeBytes: number): Pages {
  for (const [index, page] of pages) {
    const start = index * PAGE_BYTES;
    if (start >= sizeBytes) pages.delete(index);
    else if (start + PAGE_BYTES > sizeBytes) page.fill(0, sizeBytes - start);
  }
  return pages;
}

/** The part of each page that lies in [from, to). */
function* pieces(from: number, to: number) {
  for (let at = from; at < to; ) {
    const index = Math.floor(at / PAGE_BYTES);
    const start = at - index * PAGE_BYTES;
    const stop = Math.min(PAGE_BYTES, start + to - at);
    yield { index, start, stop };
    at += stop - start;
  }
}

function clonePages(pages: Pages): Pages {
  return new Map(Array.from(pages, ([index, page]) => [index, page.slice()]));
}

function widen(range: SizeRange, sizeBytes: number): void {
  range.least = Math.min(range.least, sizeBytes);
  range.greatest = Math.max(range.greatest, sizeBytes);
}
