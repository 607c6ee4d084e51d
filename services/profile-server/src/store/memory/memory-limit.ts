import type { Profile } from '@emberscope/profile';
import { STRING_HEADER_BYTES, stringBytes } from '../dictionary/heap-sizes.ts';

/** When the owner names none: a few hours of ten services. */
export const MEMORY_LIMIT_BYTES = 256 * 1024 * 1024;

/** Below this, one profile as large as the door lets through (4 MiB of pprof) might not fit. */
export const MEMORY_LIMIT_MIN_BYTES = 16 * 1024 * 1024;

/**
 * A block takes profiles until it has this share of the limit. The oldest block goes when the limit
 * is reached, so an eighth of what is held goes at once; more and smaller blocks would each need a
 * dictionary of their own and leave less room for samples.
 */
export const BLOCK_SHARE = 1 / 8;

/**
 * The largest profile that is taken, as a share of the limit: with it, the block that takes it and
 * room for their columns to double, the store is still within its limit.
 */
export const PROFILE_SHARE = 1 / 4;

/**
 * What ids of pushes may take, as a share of the limit: of the default, 300,000 ids or more. That is
 * a day of three profiles a second, or an hour of eighty: collectors try again within minutes.
 */
export const PUSH_IDS_SHARE = 1 / 16;

/** A string in a dictionary: slot, entry of the map, header. */
const BYTES_PER_STRING = 64;
/** Four columns and slots, each up to half empty. */
const BYTES_PER_FUNCTION = 2 * (16 + 12);
const BYTES_PER_LOCATION = 2 * (17 + 12);
const BYTES_PER_LINE = 2 * 8;
/** An interner's row, and that of a finished table. */
const BYTES_PER_STACK = 2 * 16 + 8;
const BYTES_PER_LABEL_SET = 2 * 25;

/** What a profile takes at most, when a dictionary knows nothing of it so far. */
export function largestBytesOf(profile: Profile): number {
  return largestBytesWith(profile, stringBytes);
}

/** As {@link largestBytesOf} or more, without a look at any character: enough for nearly all. */
export function roughlyLargestBytesOf(profile: Profile): number {
  return largestBytesWith(profile, (text) => STRING_HEADER_BYTES + 2 * text.length);
}

function largestBytesWith(
  { symbols, stacks, labelSets, samples }: Profile,
  bytesOfText: (text: string) => number,
): number {
  const { strings, functions, locations, mappings } = symbols;
  let bytes = 0;
  for (const text of strings) bytes += bytesOfText(text) + BYTES_PER_STRING;
  bytes += functions.length * BYTES_PER_FUNCTION + mappings.length * 256;
  bytes += locations.length * BYTES_PER_LOCATION + locations.lineFunction.length * BYTES_PER_LINE;
  bytes += stacks.length * BYTES_PER_STACK + labelSets.length * BYTES_PER_LABEL_SET;
  return bytes + samples.length * 2 * (8 + 8 * samples.values.length);
}
