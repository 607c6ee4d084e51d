import type { AnyValue, KeyValue } from '@emberscope/protocol/otlp/common';
import type {
  Function as OtlpFunction,
  Line as OtlpLine,
  Link as OtlpLink,
  Location as OtlpLocation,
  Mapping as OtlpMapping,
  Profile as OtlpProfile,
  Sample as OtlpSample,
  Stack as OtlpStack,
  ValueType,
} from '@emberscope/protocol/otlp/profiles';
import type { ExportProfilesServiceRequest } from '@emberscope/protocol/otlp/profiles-service';
import { type Texts, textsOf } from './texts.ts';

/*
 * What the conversion asks of an export, whatever it was read from: messages of generated code have
 * all of it, and the reader of protobuf makes no more.
 */

export type Export = {
  readonly dictionary: Tables | undefined;
  readonly resourceProfiles: readonly ResourceProfiles[];
};

export type ResourceProfiles = {
  readonly resource: Attributes | undefined;
  readonly scopeProfiles: readonly ScopeProfiles[];
};

export type ScopeProfiles = {
  readonly scope: Attributes | undefined;
  readonly profiles: readonly Profile[];
};

export type Attributes = { readonly attributes: readonly KeyValue[] };

export type Profile = Pick<OtlpProfile, 'period' | 'timeUnixNano' | 'durationNano'> & {
  readonly sampleType?: TypeAndUnit | undefined;
  readonly periodType?: TypeAndUnit | undefined;
  readonly samples: readonly Sample[];
};

export type TypeAndUnit = Pick<ValueType, 'typeStrindex' | 'unitStrindex'>;

export type Sample = Pick<
  OtlpSample,
  'stackIndex' | 'attributeIndices' | 'linkIndex' | 'values'
> & {
  /** How many: when they were nobody asks. */
  readonly timestampsUnixNano: { readonly length: number };
};

export type Tables = {
  readonly mappingTable: readonly Mapping[];
  readonly locationTable: readonly Location[];
  readonly functionTable: readonly FunctionOf[];
  readonly linkTable: readonly Link[];
  readonly texts: Texts;
  readonly attributeTable: readonly AttributeOf[];
  readonly stackTable: readonly Stack[];
};

export type Mapping = Pick<
  OtlpMapping,
  'memoryStart' | 'memoryLimit' | 'fileOffset' | 'filenameStrindex' | 'attributeIndices'
>;
export type Line = Pick<OtlpLine, 'functionIndex' | 'line'>;
export type Location = Pick<OtlpLocation, 'mappingIndex' | 'address'> & {
  readonly lines: readonly Line[];
};
export type FunctionOf = Pick<
  OtlpFunction,
  'nameStrindex' | 'systemNameStrindex' | 'filenameStrindex' | 'startLine'
>;
export type Link = Pick<OtlpLink, 'traceId' | 'spanId'>;
export type AttributeOf = { readonly keyStrindex: number; readonly value?: AnyValue | undefined };
export type Stack = Pick<OtlpStack, 'locationIndices'>;

/** A message that generated code has read. */
export function exportOfMessage({
  dictionary,
  resourceProfiles,
}: ExportProfilesServiceRequest): Export {
  return {
    dictionary: dictionary && { ...dictionary, texts: textsOf(dictionary.stringTable) },
    resourceProfiles: resourceProfiles.map(({ resource, scopeProfiles }) => ({
      resource,
      scopeProfiles: scopeProfiles.map(({ scope, profiles }) => ({ scope, profiles })),
    })),
  };
}
