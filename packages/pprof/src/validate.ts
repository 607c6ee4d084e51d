import type { FunctionRows } from './function-rows.ts';
import type { Header } from './header.ts';
import type { LabelSetRows } from './label-set-rows.ts';
import type { LocationRows } from './location-rows.ts';
import type { MappingRows } from './mapping-rows.ts';
import type { SampleRows } from './sample-rows.ts';
import type { StringRows } from './string-rows.ts';

/** All of a profile as it was read, before anything is made of it. */
export type PprofRows = {
  readonly header: Header;
  readonly strings: StringRows;
  readonly mappings: MappingRows;
  readonly functions: FunctionRows;
  readonly locations: LocationRows;
  readonly labelSets: LabelSetRows;
  readonly samples: SampleRows;
};

/**
 * What makes the profile one that Pyroscope refuses, or undefined. The order of the checks and the
 * words are those of `ValidateProfile` in its `pkg/validation/validate.go`, since clients see them.
 * (What it checks before these are limits, of which `readPprof` answers by itself, and times.)
 */
export function findDefect(
  rows: PprofRows,
  text: readonly string[],
  { allowDashes }: { readonly allowDashes: boolean },
): string | undefined {
  const { header, strings, mappings, functions, locations, labelSets, samples } = rows;
  if (locations.zeroIds > 0) return 'location id is 0';
  if (functions.zeroIds > 0) return 'function id is 0';
  if (samples.hasOtherLength) return 'sample value length mismatch';
  if (!strings.isFirstEmpty) return 'string 0 should be empty string';
  const outside =
    header.findBadIndex(strings.length) ??
    (labelSets.hasBadIndex ? 'sample label' : undefined) ??
    functions.findBadIndex(strings.length) ??
    mappings.findBadIndex(strings.length);
  if (outside !== undefined) return `${outside} string index out of range`;
  if (!allowDashes && header.sampleTypes.some(({ type }) => text[type].includes('-'))) {
    return 'sample type contains -';
  }
  if (strings.invalid !== undefined) return `invalid utf8 string hex: ${hex(strings.invalid)}`;
  return undefined;
}

/** As much of a bad string as a message shows: a message of 130 kB is too long for gRPC's trailers. */
const MAX_SHOWN_BYTES = 256;

function hex(bytes: Uint8Array): string {
  const shown = Array.from(bytes.subarray(0, MAX_SHOWN_BYTES), (byte) =>
    byte.toString(16).padStart(2, '0'),
  ).join('');
  return bytes.length > MAX_SHOWN_BYTES ? `${shown}…` : shown;
}
