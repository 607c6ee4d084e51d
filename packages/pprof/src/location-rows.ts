import { type LocationTable, NO_MAPPING } from '@emberscope/profile';
import { arenaBytes, type ColumnArena } from './column-arena.ts';
import type { FunctionRows } from './function-rows.ts';
import { IdTable } from './id-table.ts';
import type { MappingRows } from './mapping-rows.ts';
import { Int32Scratch } from './scratch-columns.ts';
import { NO_INDEX, type WireReader } from './wire-reader.ts';

/**
 * The locations of one profile at a time, as they are read: after all its mappings and functions,
 * wherever in the bytes those stand.
 */
export class LocationRows {
  readonly ids = new IdTable();
  length = 0;
  /** How many locations have the id 0, which no sample can name. */
  zeroIds = 0;
  /** How many were left out because their mapping or a function of theirs is not there. */
  dangling = 0;
  private lines = 0;
  /** Rows, and lines, that all columns have room for. */
  private room = 0;
  private lineRoom = 0;
  private readonly mapping = new Int32Scratch();
  private readonly address = new Int32Scratch();
  private readonly isFolded = new Int32Scratch();
  private readonly lineStart = new Int32Scratch();
  private readonly lineFunction = new Int32Scratch();
  private readonly lineNumber = new Int32Scratch();

  clear(): void {
    this.ids.clear();
    this.length = 0;
    this.zeroIds = 0;
    this.dangling = 0;
    this.lines = 0;
    const { mapping, address, isFolded, lineStart, lineFunction, lineNumber } = this;
    for (const column of [mapping, address, isFolded, lineStart, lineFunction, lineNumber]) {
      column.trim();
    }
    lineStart.cells[0] = 0;
    this.room = 0;
    this.lineRoom = 0;
  }

  /** Reads the message between the cursor and its end. */
  read(wire: WireReader, mappings: MappingRows, functions: FunctionRows, maxDenseId: number): void {
    const { offset } = wire;
    if (this.readPlain(wire, functions, maxDenseId)) return;
    wire.offset = offset;
    let idLow = 0;
    let idHigh = 0;
    let mapping = NO_MAPPING;
    let isMappingThere = true;
    let addressLow = 0;
    let addressHigh = 0;
    let isFolded = 0;
    let missingFunctions = 0;
    const firstLine = this.lines;
    while (wire.offset < wire.end) {
      const tag = wire.tag();
      switch (tag) {
        case 0x08:
          wire.id();
          idLow = wire.low;
          idHigh = wire.high;
          break;
        case 0x10:
          wire.id();
          mapping = mappings.ids.get(wire.low, wire.high);
          isMappingThere = mapping !== NO_MAPPING || (wire.low | wire.high) === 0;
          break;
        case 0x18:
          wire.varint64();
          addressLow = wire.low;
          addressHigh = wire.high;
          break;
        case 0x22:
          if (!this.readLine(wire, functions)) missingFunctions++;
          break;
        case 0x28:
          isFolded = wire.bool() ? 1 : 0;
          break;
        default:
          wire.skipUnknown(tag, 5);
      }
    }
    wire.checkEnd();

    if ((idLow | idHigh) === 0) this.zeroIds++;
    if (missingFunctions > 0 || !isMappingThere) {
      this.dangling++;
      this.lines = firstLine;
      this.ids.set(idLow, idHigh, -1, maxDenseId);
      return;
    }
    const row = this.add(mapping, addressLow, addressHigh, isFolded);
    if ((idLow | idHigh) !== 0) this.ids.set(idLow, idHigh, row, maxDenseId);
  }

  /**
   * Reads an id and one line, in this order and nothing else: so are nearly all locations of Node's
   * profilers. False, with the cursor anywhere, when the message is not so or leads nowhere.
   */
  private readPlain(wire: WireReader, functions: FunctionRows, maxDenseId: number): boolean {
    const { bytes, end } = wire;
    if (end - wire.offset < SHORTEST_PLAIN_BYTES || bytes[wire.offset] !== 0x08) return false;
    wire.offset++;
    const id = wire.index();
    const at = wire.offset;
    if (id <= 0 || at + 4 > end || bytes[at] !== 0x22 || bytes[at + 2] !== 0x08) return false;
    // The line is the rest, and its length takes one byte.
    if (bytes[at + 1] >= 0x80 || at + 2 + bytes[at + 1] !== end) return false;
    wire.offset = at + 3;
    const functionId = wire.index();
    if (functionId === NO_INDEX) return false;
    const callee = functions.ids.get(functionId, 0);
    let lineNumber = 0;
    if (wire.offset < end) {
      if (bytes[wire.offset] !== 0x10) return false;
      wire.offset++;
      lineNumber = wire.int32();
    }
    if (wire.offset !== end || callee === -1) return false;
    this.addLine(callee, lineNumber);
    this.ids.set(id, 0, this.add(NO_MAPPING, 0, 0, 0), maxDenseId);
    return true;
  }

  /** A row of the lines that were read since the last. */
  private add(mapping: number, addressLow: number, addressHigh: number, isFolded: number): number {
    const row = this.length++;
    if (row === this.room) this.makeRoom();
    const address = this.address.cells;
    address[2 * row] = addressLow;
    address[2 * row + 1] = addressHigh;
    this.mapping.cells[row] = mapping;
    this.isFolded.cells[row] = isFolded;
    this.lineStart.cells[row + 1] = this.lines;
    return row;
  }

  /** For one row more at least. */
  private makeRoom(): void {
    const { room, address, mapping, isFolded, lineStart } = this;
    this.room = Math.min(
      address.reserve(2 * room + 2).length >> 1,
      mapping.reserve(room + 1).length,
      isFolded.reserve(room + 1).length,
      lineStart.reserve(room + 2).length - 1,
    );
  }

  private addLine(callee: number, lineNumber: number): void {
    const line = this.lines++;
    if (line === this.lineRoom) {
      const functions = this.lineFunction.reserve(line + 1);
      this.lineRoom = Math.min(functions.length, this.lineNumber.reserve(line + 1).length);
    }
    this.lineFunction.cells[line] = callee;
    this.lineNumber.cells[line] = lineNumber;
  }

  /** Whether the function of the line is there. */
  private readLine(wire: WireReader, functions: FunctionRows): boolean {
    const outerEnd = wire.enter();
    let callee = -1;
    let lineNumber = 0;
    while (wire.offset < wire.end) {
      const tag = wire.tag();
      switch (tag) {
        case 0x08:
          wire.id();
          callee = functions.ids.get(wire.low, wire.high);
          break;
        case 0x10:
          lineNumber = wire.int32();
          break;
        default:
          wire.skipUnknown(tag, 2);
      }
    }
    wire.leave(outerEnd);
    this.addLine(callee, lineNumber);
    return callee !== -1;
  }

  get byteLength(): number {
    const { length, lines } = this;
    return arenaBytes(4 * length, 8 * length, length, 4 * length + 4, 4 * lines, 4 * lines);
  }

  finish(arena: ColumnArena): LocationTable {
    const { length, lines } = this;
    return {
      length,
      mapping: arena.int32(this.mapping.cells, length),
      address: arena.uint64(this.address.cells, length),
      isFolded: arena.uint8(this.isFolded.cells, length),
      lineStart: arena.int32(this.lineStart.cells, length + 1),
      lineFunction: arena.int32(this.lineFunction.cells, lines),
      lineNumber: arena.int32(this.lineNumber.cells, lines),
    };
  }
}

/** An id, and a line with a function. */
const SHORTEST_PLAIN_BYTES = 6;
