import {
  type LocationTable,
  MAPPING_HAS,
  NO_STACK,
  type Profile,
  type Symbols,
} from '@emberscope/profile';

/**
 * A profile as the JSON of `google.v1.Profile`, with the ids and rows that `writePprof` gives: what a
 * library makes of those bytes, in a tenth of its time. For profiles that are answers: without labels
 * of samples, comments, and patterns of frames.
 */
export function pprofJson(profile: Profile): string {
  const { symbols, sampleTypes, periodType } = profile;
  const strings = [...symbols.strings];
  const rowOfText = new Map(strings.map((text, row) => [text, row]));
  const textRow = (text: string): number => {
    let row = rowOfText.get(text);
    if (row === undefined) {
      row = strings.push(text) - 1;
      rowOfText.set(text, row);
    }
    return row;
  };
  const valueType = ({ type, unit }: { readonly type: string; readonly unit: string }): string =>
    object(int64('type', textRow(type)), int64('unit', textRow(unit)));

  const sampleType = sampleTypes.map(valueType);
  const periodTypeText = periodType === undefined ? '' : `"periodType":${valueType(periodType)}`;
  const defaultSampleType = int64('defaultSampleType', textRow(profile.defaultSampleType));
  return object(
    list('sampleType', sampleType),
    list('sample', samplesOf(profile)),
    list('mapping', mappingsOf(symbols)),
    list('location', locationsOf(symbols)),
    list('function', functionsOf(symbols)),
    `"stringTable":${JSON.stringify(strings)}`,
    int64('timeNanos', profile.timeNanos),
    int64('durationNanos', profile.durationNanos),
    periodTypeText,
    int64('period', profile.period),
    defaultSampleType,
  );
}

function samplesOf({ samples, stacks, symbols }: Profile): string[] {
  const idOf = Array.from({ length: symbols.locations.length }, (_, row) => `"${row + 1}"`);
  return Array.from({ length: samples.length }, (_, i) => {
    // Leaf first. Joined here, and not stack by stack: strings that share parts are slow to read.
    const ids: string[] = [];
    let stack = samples.stack[i] ?? NO_STACK;
    for (; stack !== NO_STACK; stack = stacks.parent[stack] ?? NO_STACK) {
      ids.push(idOf[stacks.location[stack] ?? 0] ?? '');
    }
    const values = samples.values.map((column) => `"${column[i]}"`).join(',');
    const locationIds = ids.length === 0 ? '' : `"locationId":[${ids.join(',')}]`;
    return object(locationIds, `"value":[${values}]`);
  });
}

function mappingsOf({ mappings }: Symbols): string[] {
  return Array.from({ length: mappings.length }, (_, row) => {
    const has = mappings.has[row] ?? 0;
    return object(
      int64('id', row + 1),
      int64('memoryStart', mappings.memoryStart[row]),
      int64('memoryLimit', mappings.memoryLimit[row]),
      int64('fileOffset', mappings.fileOffset[row]),
      int64('filename', mappings.fileName[row]),
      int64('buildId', mappings.buildId[row]),
      flag('hasFunctions', has & MAPPING_HAS.functions),
      flag('hasFilenames', has & MAPPING_HAS.fileNames),
      flag('hasLineNumbers', has & MAPPING_HAS.lineNumbers),
      flag('hasInlineFrames', has & MAPPING_HAS.inlineFrames),
    );
  });
}

function locationsOf({ locations }: Symbols): string[] {
  return Array.from({ length: locations.length }, (_, row) =>
    object(
      int64('id', row + 1),
      int64('mappingId', (locations.mapping[row] ?? -1) + 1),
      int64('address', locations.address[row]),
      list('line', linesOf(locations, row)),
      flag('isFolded', locations.isFolded[row] ?? 0),
    ),
  );
}

function linesOf({ lineStart, lineFunction, lineNumber }: LocationTable, row: number): string[] {
  const lines: string[] = [];
  const end = lineStart[row + 1] ?? 0;
  for (let line = lineStart[row] ?? 0; line < end; line++) {
    const functionId = int64('functionId', (lineFunction[line] ?? 0) + 1);
    lines.push(object(functionId, int64('line', lineNumber[line])));
  }
  return lines;
}

function functionsOf({ functions }: Symbols): string[] {
  return Array.from({ length: functions.length }, (_, row) =>
    object(
      int64('id', row + 1),
      int64('name', functions.name[row]),
      int64('systemName', functions.systemName[row]),
      int64('filename', functions.fileName[row]),
      int64('startLine', functions.startLine[row]),
    ),
  );
}

/** Fields that are not empty, in braces. */
function object(...fields: readonly string[]): string {
  let text = '';
  for (const field of fields) if (field !== '') text += text === '' ? field : `,${field}`;
  return `{${text}}`;
}

/** A field of 64 bits, which JSON has as a string; nothing for 0. */
function int64(name: string, value: number | bigint | undefined): string {
  return value === undefined || Number(value) === 0 ? '' : `"${name}":"${value}"`;
}

function flag(name: string, value: number): string {
  return value === 0 ? '' : `"${name}":true`;
}

function list(name: string, items: readonly string[]): string {
  return items.length === 0 ? '' : `"${name}":[${items.join(',')}]`;
}
