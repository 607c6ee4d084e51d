import type { HeadCursor } from './head-cursor.ts';

/** What is known of the streams of a table without a look at its rows; a cell for each stream. */
export type HeadStreams = {
  /** Bit for each sample type that any of its profiles has a value of; 0 where it has none. */
  readonly typeBits: readonly number[];
  /** In ms since the epoch, rounded outwards. */
  readonly oldestMillis: readonly number[];
  readonly newestMillis: readonly number[];
};

export type GrowingHeadStreams = HeadStreams & {
  /** A profile of a stream, which has been here before or is the next one. */
  meet(stream: number, profile: HeadCursor): void;
};

export function createHeadStreams(): GrowingHeadStreams {
  const typeBits: number[] = [];
  const oldestMillis: number[] = [];
  const newestMillis: number[] = [];
  return {
    ...{ typeBits, oldestMillis, newestMillis },
    meet(stream, { timeMillis, totals }) {
      let bits = typeBits[stream] ?? 0;
      // A time may have nanoseconds on top: rounded outwards, the newest lies a millisecond later.
      if (bits === 0 || timeMillis < (oldestMillis[stream] ?? 0)) oldestMillis[stream] = timeMillis;
      if (bits === 0 || timeMillis >= (newestMillis[stream] ?? 0)) {
        newestMillis[stream] = timeMillis + 1;
      }
      for (let type = 0; type < totals.length; type++) {
        if ((totals[type] ?? 0) > 0 && !hasTypeBit(bits, type)) bits += 2 ** type;
      }
      typeBits[stream] = bits;
    },
  };
}

/** Bits as a double: there may be more types than an integer of 32 bits has. */
export function hasTypeBit(bits: number, type: number): boolean {
  return Math.floor(bits / 2 ** type) % 2 === 1;
}
