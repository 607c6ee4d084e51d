import type { FunctionTable } from '@emberscope/profile';
import { arenaBytes, type ColumnArena } from './column-arena.ts';
import { IdTable } from './id-table.ts';
import { hasOutside, Int32Scratch } from './scratch-columns.ts';
import type { WireReader } from './wire-reader.ts';

/** The functions of one profile at a time, as they are read. */
export class FunctionRows {
  readonly ids = new IdTable();
  length = 0;
  /** How many functions have the id 0, which no line can name. */
  zeroIds = 0;
  /** Rows that all columns have room for. */
  private room = 0;
  private readonly name = new Int32Scratch();
  private readonly systemName = new Int32Scratch();
  private readonly fileName = new Int32Scratch();
  private readonly startLine = new Int32Scratch();

  clear(): void {
    this.ids.clear();
    this.length = 0;
    this.zeroIds = 0;
    for (const column of [this.name, this.systemName, this.fileName, this.startLine]) column.trim();
    this.room = 0;
  }

  /** Reads the message between the cursor and its end. */
  read(wire: WireReader, maxDenseId: number): void {
    let idLow = 0;
    let idHigh = 0;
    let name = 0;
    let systemName = 0;
    let fileName = 0;
    let startLine = 0;
    while (wire.offset < wire.end) {
      const tag = wire.tag();
      switch (tag) {
        case 0x08:
          wire.id();
          idLow = wire.low;
          idHigh = wire.high;
          break;
        case 0x10:
          name = wire.index();
          break;
        case 0x18:
          systemName = wire.index();
          break;
        case 0x20:
          fileName = wire.index();
          break;
        case 0x28:
          startLine = wire.int32();
          break;
        default:
          wire.skipUnknown(tag, 5);
      }
    }
    const row = this.length++;
    if (row === this.room) this.makeRoom();
    this.name.cells[row] = name;
    this.systemName.cells[row] = systemName;
    this.fileName.cells[row] = fileName;
    this.startLine.cells[row] = startLine;
    if ((idLow | idHigh) === 0) this.zeroIds++;
    else this.ids.set(idLow, idHigh, row, maxDenseId);
  }

  /** For one row more at least. */
  private makeRoom(): void {
    const { room, name, systemName, fileName, startLine } = this;
    this.room = Math.min(
      name.reserve(room + 1).length,
      systemName.reserve(room + 1).length,
      fileName.reserve(room + 1).length,
      startLine.reserve(room + 1).length,
    );
  }

  /** What names a string that is not there, or undefined. */
  findBadIndex(stringCount: number): string | undefined {
    if (hasOutside(this.name, this.length, stringCount)) return 'function name';
    if (hasOutside(this.systemName, this.length, stringCount)) return 'function system name';
    if (hasOutside(this.fileName, this.length, stringCount)) return 'function file name';
    return undefined;
  }

  get byteLength(): number {
    return 4 * arenaBytes(4 * this.length);
  }

  finish(arena: ColumnArena): FunctionTable {
    const { length } = this;
    return {
      length,
      name: arena.int32(this.name.cells, length),
      systemName: arena.int32(this.systemName.cells, length),
      fileName: arena.int32(this.fileName.cells, length),
      startLine: arena.int32(this.startLine.cells, length),
    };
  }
}
