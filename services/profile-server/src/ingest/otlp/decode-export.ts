import { InstrumentationScopeSchema } from '@emberscope/protocol/otlp/common';
import { ResourceSchema } from '@emberscope/protocol/otlp/resource';
import { decodeTables, emptyTables } from './decode-tables.ts';
import { ExportWire, listIn, NONE, withItem } from './export-wire.ts';
import type {
  Export,
  Profile,
  ResourceProfiles,
  Sample,
  ScopeProfiles,
  TypeAndUnit,
} from './otlp-export.ts';

/**
 * Reads an export from protobuf. Generated code builds 150 bytes and 1.8 us into every message, and
 * an export has hundreds of thousands; of those that come in such numbers this builds what the
 * conversion asks for. Fields are those of `opentelemetry/proto/profiles/v1development`.
 *
 * @throws MalformedWire, or what generated code throws; TooManyParts past `mostParts`
 */
export function decodeExport(bytes: Uint8Array, mostParts: number): Export {
  const wire = new ExportWire(bytes, mostParts);
  const resourceProfiles: ResourceProfiles[] = [];
  let dictionary: ReturnType<typeof emptyTables> | undefined;
  for (let tag = wire.nextTag(); tag !== 0; tag = wire.nextTag()) {
    if (tag === 0x0a) resourceProfiles.push(resourceProfilesOf(wire));
    else if (tag === 0x12) {
      dictionary ??= emptyTables(wire);
      decodeTables(wire, dictionary);
    } else wire.skipUnknown(tag, 2);
  }
  return { dictionary, resourceProfiles };
}

function resourceProfilesOf(wire: ExportWire): ResourceProfiles {
  const outerEnd = wire.enter();
  const resources: Uint8Array[] = [];
  const scopeProfiles: ScopeProfiles[] = [];
  for (let tag = wire.nextTag(); tag !== 0; tag = wire.nextTag()) {
    if (tag === 0x0a) resources.push(wire.window());
    else if (tag === 0x12) scopeProfiles.push(scopeProfilesOf(wire));
    else if (tag === 0x1a) wire.text();
    else wire.skipUnknown(tag, 3);
  }
  wire.leave(outerEnd);
  return { resource: wire.generated(ResourceSchema, resources), scopeProfiles };
}

function scopeProfilesOf(wire: ExportWire): ScopeProfiles {
  const outerEnd = wire.enter();
  const scopes: Uint8Array[] = [];
  const profiles: Profile[] = [];
  for (let tag = wire.nextTag(); tag !== 0; tag = wire.nextTag()) {
    if (tag === 0x0a) scopes.push(wire.window());
    else if (tag === 0x12) profiles.push(profileOf(wire));
    else if (tag === 0x1a) wire.text();
    else wire.skipUnknown(tag, 3);
  }
  wire.leave(outerEnd);
  return { scope: wire.generated(InstrumentationScopeSchema, scopes), profiles };
}

function profileOf(wire: ExportWire): Profile {
  const outerEnd = wire.enter();
  const samples: Sample[] = [];
  let sampleType: TypeAndUnit | undefined;
  let periodType: TypeAndUnit | undefined;
  let timeUnixNano = 0n;
  let durationNano = 0n;
  let period = 0n;
  for (let tag = wire.nextTag(); tag !== 0; tag = wire.nextTag()) {
    if (tag === 0x12) samples.push(sampleOf(wire));
    else if (tag === 0x0a) sampleType = typeAndUnitOf(wire, sampleType);
    else if (tag === 0x19) timeUnixNano = wire.fixed64(tag);
    else if (tag === 0x20) durationNano = wire.uint64();
    else if (tag === 0x2a) periodType = typeAndUnitOf(wire, periodType);
    else if (tag === 0x30) period = wire.signed64();
    else if (tag === 0x3a || tag === 0x52) wire.window();
    else if (tag === 0x40 || tag === 0x58) wire.low32();
    else if (tag === 0x4a) wire.text();
    else if (tag === 0x5a) wire.packed32([]);
    else wire.skipUnknown(tag, 11);
  }
  wire.leave(outerEnd);
  return { samples, sampleType, periodType, timeUnixNano, durationNano, period };
}

/** What is not said again stays what it was before. */
function typeAndUnitOf(wire: ExportWire, before: TypeAndUnit | undefined): TypeAndUnit {
  const outerEnd = wire.enter();
  let { typeStrindex, unitStrindex } = before ?? { typeStrindex: 0, unitStrindex: 0 };
  for (let tag = wire.nextTag(); tag !== 0; tag = wire.nextTag()) {
    if (tag === 0x08) typeStrindex = wire.low32();
    else if (tag === 0x10) unitStrindex = wire.low32();
    else wire.skipUnknown(tag, 2);
  }
  wire.leave(outerEnd);
  return { typeStrindex, unitStrindex };
}

function sampleOf(wire: ExportWire): Sample {
  const outerEnd = wire.enter();
  let stackIndex = 0;
  let linkIndex = 0;
  let attributeIndices: number[] = NONE;
  let values: bigint[] = NONE;
  let length = 0;
  for (let tag = wire.nextTag(); tag !== 0; tag = wire.nextTag()) {
    if (tag === 0x08) stackIndex = wire.low32();
    else if (tag === 0x12) attributeIndices = wire.packed32(listIn(attributeIndices));
    else if (tag === 0x10) attributeIndices = withItem(attributeIndices, wire.low32());
    else if (tag === 0x18) linkIndex = wire.low32();
    else if (tag === 0x22) values = wire.packed64(listIn(values));
    else if (tag === 0x20) values = withItem(values, wire.signed64());
    else if (tag === 0x2a) length += wire.packedFixed64();
    else if (tag === 0x29) {
      wire.skip(tag);
      length++;
    } else wire.skipUnknown(tag, 5);
  }
  wire.leave(outerEnd);
  return { stackIndex, attributeIndices, linkIndex, values, timestampsUnixNano: { length } };
}
