import {
  labelsOfSet,
  locationsOfStack,
  MAPPING_HAS,
  NO_MAPPING,
  type Profile,
  type Symbols,
} from '@emberscope/profile';
import type { Profile as ProfileMessage } from '@emberscope/protocol/pprof';

/**
 * All that a profile says, as lines that do not depend on how it is held: the columns that we read
 * and the message that generated code reads must come to the same. Stacks are root first.
 */
export type ProfileContent = {
  readonly header: readonly string[];
  readonly strings: readonly string[];
  readonly functions: readonly string[];
  readonly mappings: readonly string[];
  readonly locations: readonly string[];
  readonly samples: readonly string[];
};

export function contentOfColumns(profile: Profile): ProfileContent {
  const { symbols, stacks, labelSets, samples } = profile;
  const { strings } = symbols;
  const locations = Array.from({ length: symbols.locations.length }, (_, row) =>
    locationText(symbols, row),
  );
  return {
    header: [
      ...profile.sampleTypes.map(({ type, unit }) => `sample type ${type}/${unit}`),
      `period type ${profile.periodType?.type ?? ''}/${profile.periodType?.unit ?? ''}`,
      `period ${profile.period} time ${profile.timeNanos} duration ${profile.durationNanos}`,
      `default ${profile.defaultSampleType}`,
      `drop ${profile.dropFrames} keep ${profile.keepFrames}`,
      ...profile.comments.map((text) => `comment ${text}`),
    ],
    strings,
    functions: Array.from({ length: symbols.functions.length }, (_, row) =>
      functionText(symbols, row),
    ),
    mappings: Array.from({ length: symbols.mappings.length }, (_, row) =>
      mappingText(symbols, row),
    ),
    locations,
    samples: Array.from({ length: samples.length }, (_, i) => {
      const path = locationsOfStack(stacks, samples.stack[i]).map((row) => locations[row]);
      const labels = labelsOfSet(labelSets, samples.labels[i]).map((label) =>
        label.kind === 'text'
          ? `${strings[label.key]}="${strings[label.text]}"`
          : `${strings[label.key]}=${label.number} ${strings[label.unit]}`,
      );
      return sampleText(
        path,
        samples.values.map((column) => column[i]),
        labels,
      );
    }),
  };
}

function functionText({ strings, functions }: Symbols, row: number): string {
  const [name, systemName, fileName] = [functions.name, functions.systemName, functions.fileName];
  return `${strings[name[row]]}|${strings[systemName[row]]}|${strings[fileName[row]]}:${functions.startLine[row]}`;
}

function mappingText({ strings, mappings }: Symbols, row: number): string {
  const range = `${mappings.memoryStart[row]}-${mappings.memoryLimit[row]}+${mappings.fileOffset[row]}`;
  const has = Object.entries(MAPPING_HAS)
    .filter(([, bit]) => (mappings.has[row] & bit) !== 0)
    .map(([name]) => name);
  return `${range} ${strings[mappings.fileName[row]]} ${strings[mappings.buildId[row]]} ${has}`;
}

function locationText(symbols: Symbols, row: number): string {
  const { mapping, address, isFolded, lineStart, lineFunction, lineNumber } = symbols.locations;
  const lines: string[] = [];
  for (let line = lineStart[row]; line < lineStart[row + 1]; line++) {
    lines.push(`${functionText(symbols, lineFunction[line])}:${lineNumber[line]}`);
  }
  const where = mapping[row] === NO_MAPPING ? 'no mapping' : mappingText(symbols, mapping[row]);
  return `[${where}] ${address[row]}${isFolded[row] === 1 ? ' folded' : ''} ${lines.join(' < ')}`;
}

function sampleText(
  path: readonly string[],
  values: readonly (number | bigint)[],
  labels: readonly string[],
): string {
  return `${path.join(' ; ')} => ${values.join(' ')} {${labels.join(', ')}}`;
}

/**
 * The same of a message. Samples that refer to what is not there are left out, and so are such
 * locations: that is what `readPprof` promises.
 */
export function contentOfMessage(message: ProfileMessage): ProfileContent {
  const strings = message.stringTable;
  const text = (index: bigint): string => strings[Number(index)] ?? '';
  const mappingById = new Map<bigint, string>();
  const mappings = message.mapping.map((m) => {
    const has = Object.keys(MAPPING_HAS).filter(
      (_, i) => [m.hasFunctions, m.hasFilenames, m.hasLineNumbers, m.hasInlineFrames][i],
    );
    const range = `${m.memoryStart}-${m.memoryLimit}+${m.fileOffset}`;
    const line = `${range} ${text(m.filename)} ${text(m.buildId)} ${has}`;
    mappingById.set(m.id, line);
    return line;
  });
  mappingById.set(0n, 'no mapping');
  const functionById = new Map<bigint, string>();
  const functions = message.function.map((f) => {
    const names = `${text(f.name)}|${text(f.systemName)}|${text(f.filename)}`;
    const line = `${names}:${int32OrUnknown(f.startLine)}`;
    functionById.set(f.id, line);
    return line;
  });
  functionById.delete(0n);
  const locationById = new Map<bigint, string>();
  const locations: string[] = [];
  for (const location of message.location) {
    const where = mappingById.get(location.mappingId);
    const callees = location.line.map((line) => functionById.get(line.functionId));
    locationById.delete(location.id);
    if (where === undefined || callees.includes(undefined)) continue;
    const lines = location.line.map((line, i) => `${callees[i]}:${int32OrUnknown(line.line)}`);
    const folded = location.isFolded ? ' folded' : '';
    const line = `[${where}] ${location.address}${folded} ${lines.join(' < ')}`;
    locationById.set(location.id, line);
    locations.push(line);
  }
  const samples = message.sample.flatMap(({ locationId, value, label }) => {
    const path = locationId.toReversed().map((id) => locationById.get(id));
    if (path.includes(undefined)) return [];
    const labels = label.map(({ key, str, num, numUnit }) =>
      str !== 0n || (num === 0n && numUnit === 0n)
        ? `${text(key)}="${text(str)}"`
        : `${text(key)}=${num} ${text(numUnit)}`,
    );
    return [sampleText(path.map(String), value, labels)];
  });
  const { periodType } = message;
  return {
    header: [
      ...message.sampleType.map(({ type, unit }) => `sample type ${text(type)}/${text(unit)}`),
      `period type ${text(periodType?.type ?? 0n)}/${text(periodType?.unit ?? 0n)}`,
      `period ${message.period} time ${message.timeNanos} duration ${message.durationNanos}`,
      `default ${text(message.defaultSampleType)}`,
      `drop ${text(message.dropFrames)} keep ${text(message.keepFrames)}`,
      ...message.comment.map((index) => `comment ${text(index)}`),
    ],
    strings,
    functions,
    mappings,
    locations,
    samples,
  };
}

/** A line that no 32-bit column can hold is an unknown one. */
function int32OrUnknown(line: bigint): bigint {
  return BigInt.asIntN(32, line) === line ? line : 0n;
}
