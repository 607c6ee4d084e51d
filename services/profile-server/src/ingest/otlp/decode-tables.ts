import { AnyValueSchema } from '@emberscope/protocol/otlp/common';
import { type ExportWire, NONE, withItem } from './export-wire.ts';
import type {
  AttributeOf,
  FunctionOf,
  Line,
  Link,
  Location,
  Mapping,
  Stack,
  Tables,
} from './otlp-export.ts';
import { createTextRows, type TextRows } from './texts.ts';

/** Tables as they are read: a second dictionary goes on where the first ended. */
export type TablesInReading = Tables & {
  readonly mappingTable: Mapping[];
  readonly locationTable: Location[];
  readonly functionTable: FunctionOf[];
  readonly linkTable: Link[];
  readonly texts: TextRows;
  readonly attributeTable: AttributeOf[];
  readonly stackTable: Stack[];
};

const NO_BYTES = new Uint8Array(0);

export function emptyTables(wire: ExportWire): TablesInReading {
  return {
    mappingTable: [],
    locationTable: [],
    functionTable: [],
    linkTable: [],
    texts: createTextRows(wire.bytes),
    attributeTable: [],
    stackTable: [],
  };
}

export function decodeTables(wire: ExportWire, tables: TablesInReading): void {
  const outerEnd = wire.enter();
  for (let tag = wire.nextTag(); tag !== 0; tag = wire.nextTag()) {
    if (tag === 0x0a) tables.mappingTable.push(mappingOf(wire));
    else if (tag === 0x12) tables.locationTable.push(locationOf(wire));
    else if (tag === 0x1a) tables.functionTable.push(functionOf(wire));
    else if (tag === 0x22) tables.linkTable.push(linkOf(wire));
    else if (tag === 0x2a) {
      const start = wire.text();
      tables.texts.add(start, wire.offset);
    } else if (tag === 0x32) tables.attributeTable.push(attributeOf(wire));
    else if (tag === 0x3a) tables.stackTable.push(stackOf(wire));
    else wire.skipUnknown(tag, 7);
  }
  wire.leave(outerEnd);
}

function mappingOf(wire: ExportWire): Mapping {
  const outerEnd = wire.enter();
  let memoryStart = 0n;
  let memoryLimit = 0n;
  let fileOffset = 0n;
  let filenameStrindex = 0;
  const attributeIndices: number[] = [];
  for (let tag = wire.nextTag(); tag !== 0; tag = wire.nextTag()) {
    if (tag === 0x08) memoryStart = wire.uint64();
    else if (tag === 0x10) memoryLimit = wire.uint64();
    else if (tag === 0x18) fileOffset = wire.uint64();
    else if (tag === 0x20) filenameStrindex = wire.low32();
    else if (tag === 0x2a) wire.packed32(attributeIndices);
    else if (tag === 0x28) attributeIndices.push(wire.low32());
    else wire.skipUnknown(tag, 5);
  }
  wire.leave(outerEnd);
  return { memoryStart, memoryLimit, fileOffset, filenameStrindex, attributeIndices };
}

function locationOf(wire: ExportWire): Location {
  const outerEnd = wire.enter();
  let mappingIndex = 0;
  let address = 0n;
  let lines: Line[] = NONE;
  for (let tag = wire.nextTag(); tag !== 0; tag = wire.nextTag()) {
    if (tag === 0x08) mappingIndex = wire.low32();
    else if (tag === 0x10) address = wire.uint64();
    else if (tag === 0x1a) lines = withItem(lines, lineOf(wire));
    else if (tag === 0x22) wire.packed32([]);
    else if (tag === 0x20) wire.low32();
    else wire.skipUnknown(tag, 4);
  }
  wire.leave(outerEnd);
  return { mappingIndex, address, lines };
}

function lineOf(wire: ExportWire): Line {
  const outerEnd = wire.enter();
  let functionIndex = 0;
  let line = 0n;
  for (let tag = wire.nextTag(); tag !== 0; tag = wire.nextTag()) {
    if (tag === 0x08) functionIndex = wire.low32();
    else if (tag === 0x10) line = wire.signed64();
    else if (tag === 0x18) wire.id();
    else wire.skipUnknown(tag, 3);
  }
  wire.leave(outerEnd);
  return { functionIndex, line };
}

function functionOf(wire: ExportWire): FunctionOf {
  const outerEnd = wire.enter();
  let nameStrindex = 0;
  let systemNameStrindex = 0;
  let filenameStrindex = 0;
  let startLine = 0n;
  for (let tag = wire.nextTag(); tag !== 0; tag = wire.nextTag()) {
    if (tag === 0x08) nameStrindex = wire.low32();
    else if (tag === 0x10) systemNameStrindex = wire.low32();
    else if (tag === 0x18) filenameStrindex = wire.low32();
    else if (tag === 0x20) startLine = wire.signed64();
    else wire.skipUnknown(tag, 4);
  }
  wire.leave(outerEnd);
  return { nameStrindex, systemNameStrindex, filenameStrindex, startLine };
}

function linkOf(wire: ExportWire): Link {
  const outerEnd = wire.enter();
  let traceId: Uint8Array = NO_BYTES;
  let spanId: Uint8Array = NO_BYTES;
  for (let tag = wire.nextTag(); tag !== 0; tag = wire.nextTag()) {
    // A window is an object as large as a message.
    if (tag === 0x0a || tag === 0x12) wire.count(1);
    if (tag === 0x0a) traceId = wire.window();
    else if (tag === 0x12) spanId = wire.window();
    else wire.skipUnknown(tag, 2);
  }
  wire.leave(outerEnd);
  return { traceId, spanId };
}

function attributeOf(wire: ExportWire): AttributeOf {
  const outerEnd = wire.enter();
  let keyStrindex = 0;
  let values: Uint8Array[] = NONE;
  for (let tag = wire.nextTag(); tag !== 0; tag = wire.nextTag()) {
    if (tag === 0x08) keyStrindex = wire.low32();
    else if (tag === 0x12) values = withItem(values, wire.window());
    else if (tag === 0x18) wire.low32();
    else wire.skipUnknown(tag, 3);
  }
  wire.leave(outerEnd);
  return { keyStrindex, value: wire.generated(AnyValueSchema, values) };
}

function stackOf(wire: ExportWire): Stack {
  const outerEnd = wire.enter();
  const locationIndices: number[] = [];
  for (let tag = wire.nextTag(); tag !== 0; tag = wire.nextTag()) {
    if (tag === 0x0a) wire.packed32(locationIndices);
    else if (tag === 0x08) locationIndices.push(wire.low32());
    else wire.skipUnknown(tag, 1);
  }
  wire.leave(outerEnd);
  return { locationIndices };
}
