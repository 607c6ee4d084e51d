import type { GenerationView } from './log/log-chunk.ts';

/**
 * What there is to read: the segments that a manifest names, and the generations of the log that it
 * does not contain. It passes between threads; nothing in it is copied but a few references.
 */
export type StoreView = {
  /**
   * Which writer made it. One in the place of a writer that died reads the log again: a generation has
   * its number then, and other chunks, with records that were synced and not shown before.
   */
  readonly writer: string;
  /** Grows with every change of the manifest or of the list of chunks. */
  readonly version: number;
  /** The manifest as JSON in UTF-8, in shared memory (`manifest/manifest.ts`). */
  readonly manifest: SharedArrayBuffer;
  /** Oldest first. */
  readonly generations: readonly GenerationView[];
};
