import type { Export } from '../otlp-export.ts';

/** What an export holds, without what only one of its readers knows: for comparing them. */
export function plainExport({ dictionary, resourceProfiles }: Export) {
  return {
    dictionary: dictionary && {
      mappings: dictionary.mappingTable.map((row) => ({
        ...pick(row, 'memoryStart', 'memoryLimit', 'fileOffset', 'filenameStrindex'),
        attributes: [...row.attributeIndices],
      })),
      locations: dictionary.locationTable.map((row) => ({
        ...pick(row, 'mappingIndex', 'address'),
        lines: row.lines.map((line) => pick(line, 'functionIndex', 'line')),
      })),
      functions: dictionary.functionTable.map((row) =>
        pick(row, 'nameStrindex', 'systemNameStrindex', 'filenameStrindex', 'startLine'),
      ),
      links: dictionary.linkTable.map(({ traceId, spanId }) => [hex(traceId), hex(spanId)]),
      texts: Array.from({ length: dictionary.texts.length }, (_, row) => dictionary.texts.at(row)),
      attributes: dictionary.attributeTable.map(({ keyStrindex, value }) => ({
        keyStrindex,
        value,
      })),
      stacks: dictionary.stackTable.map(({ locationIndices }) => [...locationIndices]),
    },
    resources: resourceProfiles.map(({ resource, scopeProfiles }) => ({
      attributes: resource?.attributes,
      scopes: scopeProfiles.map(({ scope, profiles }) => ({
        attributes: scope?.attributes,
        profiles: profiles.map((profile) => ({
          ...pick(profile, 'period', 'timeUnixNano', 'durationNano'),
          sampleType:
            profile.sampleType && pick(profile.sampleType, 'typeStrindex', 'unitStrindex'),
          periodType:
            profile.periodType && pick(profile.periodType, 'typeStrindex', 'unitStrindex'),
          samples: profile.samples.map((sample) => ({
            ...pick(sample, 'stackIndex', 'linkIndex'),
            attributes: [...sample.attributeIndices],
            values: [...sample.values],
            timestamps: sample.timestampsUnixNano.length,
          })),
        })),
      })),
    })),
  };
}

function pick<Row extends object, Key extends keyof Row>(row: Row, ...keys: readonly Key[]) {
  return Object.fromEntries(keys.map((key) => [key, row[key]]));
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}
