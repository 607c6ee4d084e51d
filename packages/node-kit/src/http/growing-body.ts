/**
 * The bytes of a body as they arrive, in one buffer that grows. What was in a smaller buffer moves to
 * the larger one piece by piece: 32 MiB in one go would hold the event loop for 43 ms.
 */
export type GrowingBody = {
  readonly length: () => number;
  /** Copies a piece behind the others, and moves some of what has to move. */
  append(piece: Buffer): void;
  /** Moves some more: true once all is where it belongs. */
  settle(): boolean;
  /** All of it. Throws before it has settled. */
  bytes(): Uint8Array;
};

/** The first buffer of a body that announces more, or nothing. */
const FIRST_BUFFER_BYTES = 64 * 1024;

/** How much larger each next buffer is. Pages cost nothing until bytes arrive. */
const GROWTH = 8;

/** Less than two milliseconds, with the pages that are touched for the first time. */
export const MOVED_BYTES = 1024 * 1024;

const NOTHING = Buffer.alloc(0);

/** Without `announcedBytes`, up to `maxBytes` may come. */
export function createGrowingBody(
  maxBytes: number,
  announcedBytes: number | undefined,
): GrowingBody {
  const mostBytes = announcedBytes ?? maxBytes;
  let buffer = NOTHING;
  let length = 0;
  /** The buffer before, while there is something in it that has not moved: from `moved` to its end. */
  let before = buffer;
  let moved = 0;

  function move(mostMoved: number): void {
    if (before.length === 0) return;
    const end = Math.min(before.length, moved + mostMoved);
    before.copy(buffer, moved, moved, end);
    moved = end;
    if (moved < before.length) return;
    before = NOTHING;
    moved = 0;
  }

  function grow(needed: number): void {
    // Nothing is left of it, or little: since then seven times as much has come.
    move(before.length);
    if (length > 0) before = buffer.subarray(0, length);
    // A body whose length is known, most are, has all of its room when an eighth of it is here.
    const known = announcedBytes === undefined ? buffer.length : needed;
    const room = Math.max(FIRST_BUFFER_BYTES, GROWTH * known);
    buffer = Buffer.allocUnsafeSlow(Math.max(needed, Math.min(mostBytes, room)));
  }

  return {
    length: () => length,
    append(piece) {
      const needed = length + piece.length;
      if (needed > buffer.length) grow(needed);
      piece.copy(buffer, length);
      length = needed;
      move(MOVED_BYTES);
    },
    settle() {
      move(MOVED_BYTES);
      return before.length === 0;
    },
    bytes() {
      if (before.length > 0) throw new Error('a body that has not settled');
      return buffer.subarray(0, length);
    },
  };
}
