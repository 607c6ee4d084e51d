import type { Profile, ValueType } from '@emberscope/profile';
import { halvesOfBigint } from './halves.ts';
import {
  fieldBytes,
  fieldHalvesBytes,
  type Section,
  spanBytes,
  varintBytes,
  WireWriter,
} from './wire-writer.ts';
import { sampleSection } from './write-samples.ts';
import { createStringTable, type StringTable } from './write-strings.ts';
import { functionSection, locationSection, mappingSection } from './write-symbols.ts';

/**
 * Writes a profile as plain pprof bytes (`google/pprof`, `proto/profile.proto`), the counterpart of
 * `readPprof`. Ids are rows counted from 1, stacks are leaf first, fields stand in the order of
 * their numbers, and one that is 0 or empty is left out. Strings of the header that the string
 * table does not have are added at its end.
 */
export function writePprof(profile: Profile): Uint8Array<ArrayBuffer> {
  const { symbols } = profile;
  const strings = createStringTable(symbols.strings);
  const beforeStrings = [
    valueTypeSection(0x0a, profile.sampleTypes, strings),
    sampleSection(profile),
    mappingSection(symbols),
    locationSection(symbols),
    functionSection(symbols),
  ];
  const behindStrings = [scalarSection(profile, strings)];
  const sections = [...beforeStrings, strings.section(), ...behindStrings];

  const byteLength = sections.reduce((sum, section) => sum + section.byteLength, 0);
  const wire = new WireWriter(byteLength);
  for (const section of sections) section.write(wire);
  return wire.finish();
}

function valueTypeSection(
  tag: number,
  valueTypes: readonly ValueType[],
  strings: StringTable,
): Section {
  const rows = valueTypes.map(({ type, unit }) => {
    const typeRow = strings.rowOf(type);
    const unitRow = strings.rowOf(unit);
    return { typeRow, unitRow, byteLength: fieldBytes(typeRow) + fieldBytes(unitRow) };
  });
  return {
    byteLength: rows.reduce((sum, row) => sum + spanBytes(row.byteLength), 0),
    write(wire) {
      for (const { typeRow, unitRow, byteLength } of rows) {
        wire.span(tag, byteLength);
        wire.field(0x08, typeRow);
        wire.field(0x10, unitRow);
      }
    },
  };
}

/** Fields 7 to 14. */
function scalarSection(profile: Profile, strings: StringTable): Section {
  const { periodType } = profile;
  const periodTypes = valueTypeSection(0x5a, periodType ? [periodType] : [], strings);
  const dropFrames = strings.rowOf(profile.dropFrames);
  const keepFrames = strings.rowOf(profile.keepFrames);
  const defaultSampleType = strings.rowOf(profile.defaultSampleType);
  const comments = profile.comments.map(strings.rowOf);
  const time = halvesOfBigint(profile.timeNanos);
  const duration = halvesOfBigint(profile.durationNanos);
  const period = halvesOfBigint(profile.period);
  const commentBytes = comments.reduce((sum, row) => sum + varintBytes(row), 0);

  return {
    byteLength:
      fieldBytes(dropFrames) +
      fieldBytes(keepFrames) +
      fieldHalvesBytes(...time) +
      fieldHalvesBytes(...duration) +
      periodTypes.byteLength +
      fieldHalvesBytes(...period) +
      (comments.length === 0 ? 0 : spanBytes(commentBytes)) +
      fieldBytes(defaultSampleType),
    write(wire) {
      wire.field(0x38, dropFrames);
      wire.field(0x40, keepFrames);
      wire.fieldHalves(0x48, ...time);
      wire.fieldHalves(0x50, ...duration);
      periodTypes.write(wire);
      wire.fieldHalves(0x60, ...period);
      if (comments.length > 0) {
        wire.span(0x6a, commentBytes);
        for (const row of comments) wire.varint(row);
      }
      wire.field(0x70, defaultSampleType);
    },
  };
}
