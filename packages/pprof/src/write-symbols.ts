import { MAPPING_HAS, type Symbols } from '@emberscope/profile';
import { halvesOfColumn, highOfInt32 } from './halves.ts';
import { fieldBytes, fieldHalvesBytes, type Section, spanBytes } from './wire-writer.ts';

/** The mappings of a profile, as field 3. */
export function mappingSection({ mappings }: Symbols): Section {
  const { length, fileName, buildId, has } = mappings;
  const start = halvesOfColumn(mappings.memoryStart);
  const limit = halvesOfColumn(mappings.memoryLimit);
  const offset = halvesOfColumn(mappings.fileOffset);
  const messageBytes = new Int32Array(length);
  for (let row = 0; row < length; row++) {
    messageBytes[row] =
      fieldBytes(row + 1) +
      fieldHalvesBytes(start[2 * row], start[2 * row + 1]) +
      fieldHalvesBytes(limit[2 * row], limit[2 * row + 1]) +
      fieldHalvesBytes(offset[2 * row], offset[2 * row + 1]) +
      fieldBytes(fileName[row]) +
      fieldBytes(buildId[row]);
    for (const [, bit] of HAS_TAGS) messageBytes[row] += fieldBytes(has[row] & bit);
  }
  return {
    byteLength: sumOfSpans(messageBytes),
    write(wire) {
      for (let row = 0; row < length; row++) {
        wire.span(0x1a, messageBytes[row]);
        wire.field(0x08, row + 1);
        wire.fieldHalves(0x10, start[2 * row], start[2 * row + 1]);
        wire.fieldHalves(0x18, limit[2 * row], limit[2 * row + 1]);
        wire.fieldHalves(0x20, offset[2 * row], offset[2 * row + 1]);
        wire.field(0x28, fileName[row]);
        wire.field(0x30, buildId[row]);
        for (const [tag, bit] of HAS_TAGS) wire.field(tag, (has[row] & bit) === 0 ? 0 : 1);
      }
    },
  };
}

const HAS_TAGS = [
  [0x38, MAPPING_HAS.functions],
  [0x40, MAPPING_HAS.fileNames],
  [0x48, MAPPING_HAS.lineNumbers],
  [0x50, MAPPING_HAS.inlineFrames],
] as const;

/** The locations of a profile, as field 4. */
export function locationSection({ locations }: Symbols): Section {
  const { length, mapping, isFolded, lineStart, lineFunction, lineNumber } = locations;
  const address = halvesOfColumn(locations.address);
  const lineBytes = new Int32Array(lineFunction.length);
  for (let line = 0; line < lineBytes.length; line++) {
    const number = lineNumber[line];
    lineBytes[line] =
      fieldBytes(lineFunction[line] + 1) + fieldHalvesBytes(number, highOfInt32(number));
  }
  const messageBytes = new Int32Array(length);
  for (let row = 0; row < length; row++) {
    messageBytes[row] =
      fieldBytes(row + 1) +
      fieldBytes(mapping[row] + 1) +
      fieldHalvesBytes(address[2 * row], address[2 * row + 1]) +
      fieldBytes(isFolded[row]);
    for (let line = lineStart[row]; line < lineStart[row + 1]; line++) {
      messageBytes[row] += spanBytes(lineBytes[line]);
    }
  }
  return {
    byteLength: sumOfSpans(messageBytes),
    write(wire) {
      for (let row = 0; row < length; row++) {
        wire.span(0x22, messageBytes[row]);
        wire.field(0x08, row + 1);
        // NO_MAPPING is -1 and becomes 0, which is no mapping in pprof, too.
        wire.field(0x10, mapping[row] + 1);
        wire.fieldHalves(0x18, address[2 * row], address[2 * row + 1]);
        for (let line = lineStart[row]; line < lineStart[row + 1]; line++) {
          wire.span(0x22, lineBytes[line]);
          wire.field(0x08, lineFunction[line] + 1);
          wire.fieldHalves(0x10, lineNumber[line], highOfInt32(lineNumber[line]));
        }
        wire.field(0x28, isFolded[row]);
      }
    },
  };
}

/** The functions of a profile, as field 5. */
export function functionSection({ functions }: Symbols): Section {
  const { length, name, systemName, fileName, startLine } = functions;
  const messageBytes = new Int32Array(length);
  for (let row = 0; row < length; row++) {
    messageBytes[row] =
      fieldBytes(row + 1) +
      fieldBytes(name[row]) +
      fieldBytes(systemName[row]) +
      fieldBytes(fileName[row]) +
      fieldHalvesBytes(startLine[row], highOfInt32(startLine[row]));
  }
  return {
    byteLength: sumOfSpans(messageBytes),
    write(wire) {
      for (let row = 0; row < length; row++) {
        wire.span(0x2a, messageBytes[row]);
        wire.field(0x08, row + 1);
        wire.field(0x10, name[row]);
        wire.field(0x18, systemName[row]);
        wire.field(0x20, fileName[row]);
        wire.fieldHalves(0x28, startLine[row], highOfInt32(startLine[row]));
      }
    },
  };
}

function sumOfSpans(messageBytes: Int32Array): number {
  let sum = 0;
  for (let row = 0; row < messageBytes.length; row++) sum += spanBytes(messageBytes[row]);
  return sum;
}
