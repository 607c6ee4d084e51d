import { MAPPING_HAS, type MappingTable } from '@emberscope/profile';
import { arenaBytes, type ColumnArena } from './column-arena.ts';
import { IdTable } from './id-table.ts';
import { hasOutside, Int32Scratch } from './scratch-columns.ts';
import type { WireReader } from './wire-reader.ts';

/** The mappings of one profile at a time, as they are read. */
export class MappingRows {
  readonly ids = new IdTable();
  length = 0;
  private readonly start = new Int32Scratch();
  private readonly limit = new Int32Scratch();
  private readonly offset = new Int32Scratch();
  private readonly fileName = new Int32Scratch();
  private readonly buildId = new Int32Scratch();
  private readonly has = new Int32Scratch();

  clear(): void {
    this.ids.clear();
    this.length = 0;
    const { start, limit, offset, fileName, buildId, has } = this;
    for (const column of [start, limit, offset, fileName, buildId, has]) column.trim();
  }

  /** Reads the message between the cursor and its end. */
  read(wire: WireReader, maxDenseId: number): void {
    const row = this.length++;
    const start = this.start.reserve(2 * row + 2);
    const limit = this.limit.reserve(2 * row + 2);
    const offset = this.offset.reserve(2 * row + 2);
    setHalves(start, row, 0, 0);
    setHalves(limit, row, 0, 0);
    setHalves(offset, row, 0, 0);
    let idLow = 0;
    let idHigh = 0;
    let fileName = 0;
    let buildId = 0;
    let has = 0;
    while (wire.offset < wire.end) {
      const tag = wire.tag();
      switch (tag) {
        case 0x08:
          wire.varint64();
          idLow = wire.low;
          idHigh = wire.high;
          break;
        case 0x10:
          wire.varint64();
          setHalves(start, row, wire.low, wire.high);
          break;
        case 0x18:
          wire.varint64();
          setHalves(limit, row, wire.low, wire.high);
          break;
        case 0x20:
          wire.varint64();
          setHalves(offset, row, wire.low, wire.high);
          break;
        case 0x28:
          fileName = wire.index();
          break;
        case 0x30:
          buildId = wire.index();
          break;
        case 0x38:
          has = withBit(has, MAPPING_HAS.functions, wire.bool());
          break;
        case 0x40:
          has = withBit(has, MAPPING_HAS.fileNames, wire.bool());
          break;
        case 0x48:
          has = withBit(has, MAPPING_HAS.lineNumbers, wire.bool());
          break;
        case 0x50:
          has = withBit(has, MAPPING_HAS.inlineFrames, wire.bool());
          break;
        default:
          wire.skipUnknown(tag, 10);
      }
    }

    this.fileName.reserve(row + 1)[row] = fileName;
    this.buildId.reserve(row + 1)[row] = buildId;
    this.has.reserve(row + 1)[row] = has;
    if ((idLow | idHigh) !== 0) this.ids.set(idLow, idHigh, row, maxDenseId);
  }

  /** What names a string that is not there, or undefined. */
  findBadIndex(stringCount: number): string | undefined {
    if (hasOutside(this.fileName, this.length, stringCount)) return 'mapping file name';
    if (hasOutside(this.buildId, this.length, stringCount)) return 'mapping build id';
    return undefined;
  }

  get byteLength(): number {
    const { length } = this;
    return 3 * arenaBytes(8 * length) + 2 * arenaBytes(4 * length) + arenaBytes(length);
  }

  finish(arena: ColumnArena): MappingTable {
    const { length } = this;
    return {
      length,
      memoryStart: arena.uint64(this.start.cells, length),
      memoryLimit: arena.uint64(this.limit.cells, length),
      fileOffset: arena.uint64(this.offset.cells, length),
      fileName: arena.int32(this.fileName.cells, length),
      buildId: arena.int32(this.buildId.cells, length),
      has: arena.uint8(this.has.cells, length),
    };
  }
}

function setHalves(column: Int32Array, row: number, low: number, high: number): void {
  column[2 * row] = low;
  column[2 * row + 1] = high;
}

function withBit(bits: number, bit: number, isSet: boolean): number {
  return isSet ? bits | bit : bits & ~bit;
}
