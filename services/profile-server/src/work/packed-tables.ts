import type {
  FunctionTable,
  LabelSetTable,
  LocationTable,
  MappingTable,
  SampleColumns,
  StackTable,
} from '@emberscope/profile';
import type { EncodedTexts } from '../store/dictionary/encoded-texts.ts';
import type { ColumnRunReader, ColumnRunWriter } from './column-run.ts';

/*
 * The tables of a profile in a run of columns: what is written first is read first. Most profiles have
 * no mapping and no label of a sample; a window for each column of nothing would take as long as
 * those of something.
 */

const NO_CELLS = new Int32Array(0);
const NO_NUMBERS = new Float64Array(0);
const NO_ADDRESSES = new BigUint64Array(0);
const NO_MAPPINGS: MappingTable = {
  length: 0,
  ...{ memoryStart: NO_ADDRESSES, memoryLimit: NO_ADDRESSES, fileOffset: NO_ADDRESSES },
  ...{ fileName: NO_CELLS, buildId: NO_CELLS, has: new Uint8Array(0) },
};

export function writeTexts(to: ColumnRunWriter, { bytes, start }: EncodedTexts): void {
  to.column(bytes);
  to.column(start);
}

export function readTexts(from: ColumnRunReader): EncodedTexts {
  return { bytes: from.uint8(), start: from.int32() };
}

export function writeFunctions(to: ColumnRunWriter, table: FunctionTable): void {
  to.count(table.length);
  to.column(table.name);
  to.column(table.systemName);
  to.column(table.fileName);
  to.column(table.startLine);
}

export function readFunctions(from: ColumnRunReader): FunctionTable {
  return {
    length: from.count(),
    name: from.int32(),
    systemName: from.int32(),
    fileName: from.int32(),
    startLine: from.int32(),
  };
}

export function writeMappings(to: ColumnRunWriter, table: MappingTable): void {
  to.count(table.length);
  if (table.length === 0) return;
  to.column(table.memoryStart);
  to.column(table.memoryLimit);
  to.column(table.fileOffset);
  to.column(table.fileName);
  to.column(table.buildId);
  to.column(table.has);
}

export function readMappings(from: ColumnRunReader): MappingTable {
  const length = from.count();
  if (length === 0) return NO_MAPPINGS;
  return {
    length,
    memoryStart: from.bigUint64(),
    memoryLimit: from.bigUint64(),
    fileOffset: from.bigUint64(),
    fileName: from.int32(),
    buildId: from.int32(),
    has: from.uint8(),
  };
}

export function writeLocations(to: ColumnRunWriter, table: LocationTable): void {
  to.count(table.length);
  to.column(table.mapping);
  to.column(table.address);
  to.column(table.isFolded);
  to.column(table.lineStart);
  to.column(table.lineFunction);
  to.column(table.lineNumber);
}

export function readLocations(from: ColumnRunReader): LocationTable {
  return {
    length: from.count(),
    mapping: from.int32(),
    address: from.bigUint64(),
    isFolded: from.uint8(),
    lineStart: from.int32(),
    lineFunction: from.int32(),
    lineNumber: from.int32(),
  };
}

export function writeStacks(to: ColumnRunWriter, table: StackTable): void {
  to.count(table.length);
  to.column(table.parent);
  to.column(table.location);
}

export function readStacks(from: ColumnRunReader): StackTable {
  return { length: from.count(), parent: from.int32(), location: from.int32() };
}

export function writeLabelSets(to: ColumnRunWriter, table: LabelSetTable): void {
  to.count(table.length);
  to.column(table.start);
  to.count(table.key.length);
  if (table.key.length === 0) return;
  to.column(table.key);
  to.column(table.text);
  to.column(table.number);
  to.column(table.numberUnit);
}

export function readLabelSets(from: ColumnRunReader): LabelSetTable {
  const length = from.count();
  const start = from.int32();
  if (from.count() === 0) {
    const none = { key: NO_CELLS, text: NO_CELLS, number: NO_NUMBERS, numberUnit: NO_CELLS };
    return { length, start, ...none };
  }
  return {
    length,
    start,
    key: from.int32(),
    text: from.int32(),
    number: from.int64(),
    numberUnit: from.int32(),
  };
}

export function writeSamples(to: ColumnRunWriter, samples: SampleColumns): void {
  to.count(samples.length);
  to.column(samples.stack);
  to.column(samples.labels);
  to.count(samples.values.length);
  for (const column of samples.values) to.column(column);
}

export function readSamples(from: ColumnRunReader): SampleColumns {
  const length = from.count();
  const stack = from.int32();
  const labels = from.int32();
  const values = Array.from({ length: from.count() }, () => from.int64());
  return { length, stack, labels, values };
}
