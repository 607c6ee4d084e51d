import {
  create,
  type DescMessage,
  type MessageInitShape,
  type MessageShape,
  toBinary,
} from '@bufbuild/protobuf';
import type { ProfileSchema, ProfilesDictionarySchema } from '@emberscope/protocol/otlp/profiles';
import {
  type ExportProfilesServiceRequest,
  ExportProfilesServiceRequestSchema,
} from '@emberscope/protocol/otlp/profiles-service';

/** What a message is made of, and not one that is made already: parts of it can be replaced. */
type Init<Schema extends DescMessage> = Exclude<MessageInitShape<Schema>, MessageShape<Schema>>;

export type DictionaryInit = Init<typeof ProfilesDictionarySchema>;
export type OtlpProfileInit = Init<typeof ProfileSchema>;
export type ExportInit = Init<typeof ExportProfilesServiceRequestSchema>;

/** Rows of {@link SMALL_STRINGS}. */
export const AT = {
  samples: 1,
  count: 2,
  cpu: 3,
  nanoseconds: 4,
  offCpu: 5,
  main: 6,
  serve: 7,
  json: 8,
  file: 9,
  threadName: 10,
  serviceName: 11,
  lib: 12,
  buildId: 13,
  wall: 14,
} as const;

export const SMALL_STRINGS: readonly string[] = [
  '',
  'samples',
  'count',
  'cpu',
  'nanoseconds',
  'off_cpu',
  'main',
  'serve',
  'json',
  'src/http.ts',
  'thread.name',
  'service.name',
  'libjson.so',
  'process.executable.build_id.gnu',
  'wall',
];

const text = (value: string) => ({ value: { case: 'stringValue' as const, value } });

/** Stack 0 is `main;serve`, stack 1 `main;serve;json`. Attribute 1 is a thread, 2 a service. */
export function smallDictionary(changes: DictionaryInit = {}): DictionaryInit {
  return {
    stringTable: [...SMALL_STRINGS],
    functionTable: [
      {},
      { nameStrindex: AT.main },
      { nameStrindex: AT.serve, filenameStrindex: AT.file },
      { nameStrindex: AT.json },
    ],
    mappingTable: [{}, { filenameStrindex: AT.lib, memoryLimit: 4096n, attributeIndices: [3] }],
    locationTable: [
      { lines: [{ functionIndex: 1 }] },
      { lines: [{ functionIndex: 2, line: 12n }] },
      { lines: [{ functionIndex: 3 }], mappingIndex: 1, address: 0x10n },
      { mappingIndex: 1, address: 0x20n },
    ],
    stackTable: [
      { locationIndices: [1, 0] },
      { locationIndices: [2, 1, 0] },
      { locationIndices: [3, 2, 0] },
    ],
    linkTable: [
      {},
      {
        traceId: new Uint8Array(Buffer.from('0af7651916cd43dd8448eb211c80319c', 'hex')),
        spanId: new Uint8Array(Buffer.from('00000bac2a5ab0c7', 'hex')),
      },
    ],
    attributeTable: [
      {},
      { keyStrindex: AT.threadName, value: text('worker-1') },
      { keyStrindex: AT.serviceName, value: text('other') },
      { keyStrindex: AT.buildId, value: text('abc123') },
    ],
    ...changes,
  };
}

/** Counts of CPU, 10 ms each. */
export function smallProfile(changes: OtlpProfileInit = {}): OtlpProfileInit {
  return {
    sampleType: { typeStrindex: AT.samples, unitStrindex: AT.count },
    periodType: { typeStrindex: AT.cpu, unitStrindex: AT.nanoseconds },
    period: 10n,
    samples: [
      { stackIndex: 0, values: [3n] },
      { stackIndex: 1, values: [4n] },
    ],
    ...changes,
  };
}

export function smallExport(
  profile: OtlpProfileInit = smallProfile(),
  dictionary: DictionaryInit = smallDictionary(),
): ExportInit {
  return {
    dictionary,
    resourceProfiles: [
      {
        resource: { attributes: [{ key: 'service.name', value: text('shop') }] },
        scopeProfiles: [{ profiles: [profile] }],
      },
    ],
  };
}

export function exportOf(init: ExportInit): ExportProfilesServiceRequest {
  return create(ExportProfilesServiceRequestSchema, init);
}

export function exportBytes(init: ExportInit): Uint8Array<ArrayBuffer> {
  return toBinary(ExportProfilesServiceRequestSchema, exportOf(init));
}
