/**
 * A piece of shared memory that holds records of the log one behind another, as they stand in its
 * file. The writer's thread fills it; others read what it has published, without a lock: bytes are
 * written first, then the length is stored.
 *
 *     ┌──────────────────────┬────────┬─────────────────────
 *     │ published bytes u32  │ 12 × 0 │ records …
 *     └──────────────────────┴────────┴─────────────────────
 */
export type LogChunk = { readonly memory: SharedArrayBuffer };

const HEADER_BYTES = 16;

export function createLogChunk(capacityBytes: number): LogChunk {
  return { memory: new SharedArrayBuffer(HEADER_BYTES + capacityBytes) };
}

/** All of its room, published or not: for the writer. */
export function bytesOfChunk({ memory }: LogChunk): Uint8Array {
  return new Uint8Array(memory, HEADER_BYTES);
}

export function publishedBytes({ memory }: LogChunk): number {
  return Atomics.load(new Uint32Array(memory, 0, 1), 0);
}

/** Shows readers everything up to `length`, which must be whole records and durable. */
export function publishBytes({ memory }: LogChunk, length: number): void {
  Atomics.store(new Uint32Array(memory, 0, 1), 0, length);
}

/** A log file that is not in a segment yet, as others see it. */
export type GenerationView = {
  readonly generation: number;
  /** In the order of the file. Only the last one grows, and others may follow it. */
  readonly chunks: readonly LogChunk[];
};
