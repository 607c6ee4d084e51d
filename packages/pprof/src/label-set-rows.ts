import { type LabelSetIndex, type LabelSetTable, NO_LABELS } from '@emberscope/profile';
import { arenaBytes, type ColumnArena } from './column-arena.ts';
import { EdgeTable } from './edge-table.ts';
import { Int32Scratch } from './scratch-columns.ts';
import type { WireReader } from './wire-reader.ts';

/** The node of the empty set; also the parent of the first integer of every other set. */
const NO_NODE = -1;

/**
 * The label sets of one profile at a time. The integers of a set are a path in a tree of edges, as
 * the locations of a stack are: equal sets end in the same node, and no key has to be put together.
 */
export class LabelSetRows {
  /** Whether a label was read whose key, text or unit is not in the string table. */
  hasBadIndex = false;
  /** How many labels the current sample has so far. */
  size = 0;
  private readonly paths = new EdgeTable();
  private node = NO_NODE;
  /** The set that ends in each node, 0 for none. */
  private readonly setOfNode = new Int32Scratch();
  /** The sets so far, the empty one included, and where the labels of each start. */
  private length = 1;
  private readonly start = new Int32Scratch();
  /** The labels of all sets; behind the last set, those of the current sample. */
  private labelCount = 0;
  private readonly key = new Int32Scratch();
  private readonly text = new Int32Scratch();
  private readonly number = new Int32Scratch();
  private readonly numberUnit = new Int32Scratch();

  clear(): void {
    this.setOfNode.cells.fill(0, 0, this.paths.length);
    this.paths.clear();
    this.hasBadIndex = false;
    this.size = 0;
    this.node = NO_NODE;
    this.length = 1;
    this.labelCount = 0;
    const { setOfNode, start, key, text, number, numberUnit } = this;
    for (const column of [setOfNode, start, key, text, number, numberUnit]) column.trim();
    start.cells[0] = 0;
    start.cells[1] = 0;
  }

  /** Reads one more label of the current sample: the message between the cursor and its end. */
  read(wire: WireReader, stringCount: number): void {
    let key = 0;
    let text = 0;
    let low = 0;
    let high = 0;
    let unit = 0;
    while (wire.offset < wire.end) {
      const tag = wire.tag();
      switch (tag) {
        case 0x08:
          key = wire.index();
          break;
        case 0x10:
          text = wire.index();
          break;
        case 0x18:
          wire.varint64();
          low = wire.low;
          high = wire.high;
          break;
        case 0x20:
          unit = wire.index();
          break;
        default:
          wire.skipUnknown(tag, 4);
      }
    }
    const row = this.labelCount + this.size++;
    // NO_INDEX becomes the largest of all numbers here.
    if (key >>> 0 >= stringCount || text >>> 0 >= stringCount || unit >>> 0 >= stringCount) {
      this.hasBadIndex = true;
      return;
    }

    // A label is a text or a number. Where one has both, the text counts, as in Pyroscope.
    const isText = text !== 0 || (low | high | unit) === 0;
    if (isText) unit = low = high = 0;
    this.key.reserve(row + 1)[row] = key;
    this.text.reserve(row + 1)[row] = text;
    this.numberUnit.reserve(row + 1)[row] = unit;
    const number = this.number.reserve(2 * row + 2);
    number[2 * row] = low;
    number[2 * row + 1] = high;

    const { paths } = this;
    if (isText) {
      this.node = paths.intern(paths.intern(this.node, 2 * key), text);
    } else {
      const node = paths.intern(paths.intern(this.node, 2 * key + 1), unit);
      this.node = paths.intern(paths.intern(node, low), high);
    }
  }

  /** The set of the labels that were read since the last set. */
  finishSet(): LabelSetIndex {
    const { node, size } = this;
    this.discardSet();
    if (node === NO_NODE) return NO_LABELS;
    const setOfNode = this.setOfNode.reserve(this.paths.length);
    if (setOfNode[node] === 0) {
      this.labelCount += size;
      setOfNode[node] = this.length++;
      this.start.reserve(this.length + 1)[this.length] = this.labelCount;
    }
    return setOfNode[node];
  }

  /** Forgets the labels that were read since the last set. */
  discardSet(): void {
    this.node = NO_NODE;
    this.size = 0;
  }

  get byteLength(): number {
    const { length, labelCount } = this;
    return arenaBytes(4 * length + 4, 8 * labelCount) + 3 * arenaBytes(4 * labelCount);
  }

  /** The table of all sets, unless there was a bad index. */
  finish(arena: ColumnArena): LabelSetTable {
    const { length, labelCount } = this;
    return {
      length,
      start: arena.int32(this.start.cells, length + 1),
      key: arena.int32(this.key.cells, labelCount),
      text: arena.int32(this.text.cells, labelCount),
      number: arena.int64(this.number.cells, labelCount, 0, 1),
      numberUnit: arena.int32(this.numberUnit.cells, labelCount),
    };
  }
}
