import type { HeadCursor } from './head-cursor.ts';

/** What is known of the streams of a table without a look at its rows; a cell for each stream. */
export type HeadStreams = {
  /**
   * Bit for each sample type that any of its profiles has a value of, as directories of segments have
   * them: of more than {@link TYPE_BITS} types some share a bit. 0 where it has none.
   */
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
        if ((totals[type] ?? 0) > 0) bits |= 1 << type;
      }
      typeBits[stream] = bits;
    },
  };
}

/** Of a kind of no more types a bit says that there is a value, and of one of more that there may be. */
export const TYPE_BITS = 32;

export function hasTypeBit(bits: number, type: number): boolean {
  return (bits & (1 << type)) !== 0;
}
