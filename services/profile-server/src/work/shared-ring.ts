/**
 * Room in shared memory for what one thread makes and another reads: claimed and written by the one,
 * given back by whoever has read it last. A buffer that is made for each profile and thrown away
 * costs more than the profile: V8 marks the whole heap of a thread for every 64 MiB of such buffers.
 *
 *     block   state (int32: taken or free) · its whole size (int32) · bytes, a multiple of 8
 *
 * Blocks lie one behind the other, around the ring. They may be given back in any order, their room
 * is used again in the order they were claimed.
 */
export type SharedRing = {
  /** Bytes at a multiple of 8, or nothing when there is no room just now or never. */
  claim(sizeBytes: number): Uint8Array<SharedArrayBuffer> | undefined;
};

const STATE = { taken: 1, free: 2 } as const;

const HEAD_BYTES = 8;
const HEAD_WORDS = 2;
const WORD_BYTES = 4;

export function createSharedRing(capacityBytes: number): SharedRing {
  const buffer = new SharedArrayBuffer(alignedUp(capacityBytes));
  const words = new Int32Array(buffer);
  /** Where the oldest block begins, where the next will, and the bytes of those between. */
  let oldest = 0;
  let next = 0;
  let usedBytes = 0;

  function takeBack(): void {
    while (usedBytes > 0 && Atomics.load(words, oldest / WORD_BYTES) === STATE.free) {
      const blockBytes = words[oldest / WORD_BYTES + 1] ?? 0;
      usedBytes -= blockBytes;
      oldest = (oldest + blockBytes) % buffer.byteLength;
    }
    // From the start again: a ring that is little used touches little memory.
    if (usedBytes === 0) oldest = next = 0;
  }

  function place(blockBytes: number, state: number): number {
    const at = next;
    words[at / WORD_BYTES + 1] = blockBytes;
    Atomics.store(words, at / WORD_BYTES, state);
    next = (at + blockBytes) % buffer.byteLength;
    usedBytes += blockBytes;
    return at;
  }

  return {
    claim(sizeBytes) {
      const blockBytes = HEAD_BYTES + alignedUp(sizeBytes);
      takeBack();
      const freeBytes = buffer.byteLength - usedBytes;
      if (blockBytes > freeBytes) return undefined;
      const untilEnd = buffer.byteLength - next;
      if (next >= oldest && blockBytes > untilEnd) {
        // A block is one run: what is left at the end is passed over.
        if (blockBytes > freeBytes - untilEnd) return undefined;
        place(untilEnd, STATE.free);
      }
      return new Uint8Array(buffer, place(blockBytes, STATE.taken) + HEAD_BYTES, sizeBytes);
    },
  };
}

/** Gives back what was claimed, once: on any thread. Bytes of their own need none and are left alone. */
export function giveBack({ buffer, byteOffset }: Uint8Array): void {
  if (!(buffer instanceof SharedArrayBuffer)) return;
  const head = new Int32Array(buffer, byteOffset - HEAD_BYTES, HEAD_WORDS);
  Atomics.store(head, 0, STATE.free);
}

function alignedUp(bytes: number): number {
  return Math.ceil(bytes / HEAD_BYTES) * HEAD_BYTES;
}
