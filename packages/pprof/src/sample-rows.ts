import { NO_STACK, type SampleColumns, type StackTable } from '@emberscope/profile';
import { arenaBytes, type ColumnArena } from './column-arena.ts';
import type { IdTable } from './id-table.ts';
import type { LabelSetRows } from './label-set-rows.ts';
import type { PprofLimits } from './limits.ts';
import { Int32Scratch } from './scratch-columns.ts';
import { StackTree } from './stack-tree.ts';
import { MalformedWire, NO_INDEX, type WireReader } from './wire-reader.ts';

/** What samples refer to and are held against. */
export type SampleContext = {
  readonly locationIds: IdTable;
  readonly labelSets: LabelSetRows;
  readonly stringCount: number;
  /** How many values each sample has to have. */
  readonly typeCount: number;
  readonly limits: PprofLimits;
};

/**
 * The samples of one profile at a time, as they are read: after all its locations, wherever in the
 * bytes those stand. This is where most of the time goes, so its loops keep what they need in
 * local variables and call nothing for the numbers that are common.
 */
export class SampleRows {
  length = 0;
  /** How many were left out because a location of theirs is not there. */
  dangling = 0;
  /** How many stacks were too deep and lost their leaf side. */
  cutStacks = 0;
  /** Whether a sample had more or fewer values than there are sample types. */
  hasOtherLength = false;
  /** How many labels the first sample had that had too many, 0 when none had. */
  tooManyLabels = 0;
  private readonly stacks = new StackTree();
  private readonly stack = new Int32Scratch();
  private readonly labels = new Int32Scratch();
  /** Two halves for each value, the values of one sample side by side. */
  private readonly values = new Int32Scratch();
  /** The locations of the sample that is being read, leaf first. */
  private readonly path = new Int32Scratch();
  private depth = 0;
  private valueCount = 0;
  /** How many locations at the root of the path are not in `path` but those of `lastLocations`. */
  private shared = 0;
  /** Where the bytes of the path are; an empty span when they are not in one place. */
  private pathStart = 0;
  private pathEnd = 0;
  /**
   * The last sample that was taken, root first: its locations, the row of each stack on the way to
   * its leaf, and where the bytes of all that are.
   */
  private readonly lastLocations = new Int32Scratch();
  private readonly lastStacks = new Int32Scratch();
  private lastLength = 0;
  private lastStart = 0;
  private lastEnd = 0;

  clear(): void {
    this.length = 0;
    this.dangling = 0;
    this.cutStacks = 0;
    this.hasOtherLength = false;
    this.tooManyLabels = 0;
    this.lastLength = 0;
    this.lastStart = 0;
    this.lastEnd = 0;
    this.stacks.clear();
    const { stack, labels, values, path, lastLocations, lastStacks } = this;
    for (const column of [stack, labels, values, path, lastLocations, lastStacks]) column.trim();
  }

  /** Reads the message between the cursor and its end. */
  read(wire: WireReader, context: SampleContext): void {
    const { locationIds, labelSets, stringCount, typeCount, limits } = context;
    this.depth = 0;
    this.shared = 0;
    this.pathStart = 0;
    this.pathEnd = 0;
    this.valueCount = 0;
    // Room for the values of one more sample; those of a sample that has more are not kept.
    this.values.reserve(2 * typeCount * (this.length + 1));
    while (wire.offset < wire.end) {
      const tag = wire.tag();
      switch (tag) {
        case 0x0a:
          this.readPackedLocations(wire, locationIds);
          break;
        case 0x08:
          this.readLocation(wire, locationIds);
          break;
        case 0x12:
          this.readPackedValues(wire, typeCount);
          break;
        case 0x10:
          this.readValue(wire, typeCount);
          break;
        case 0x1a: {
          const outerEnd = wire.enter();
          labelSets.read(wire, stringCount);
          wire.leave(outerEnd);
          break;
        }
        default:
          wire.skipUnknown(tag, 3);
      }
    }
    wire.checkEnd();

    if (labelSets.size > limits.maxSampleLabels && this.tooManyLabels === 0) {
      this.tooManyLabels = labelSets.size;
    }
    if (this.valueCount !== typeCount) {
      this.hasOtherLength = true;
      labelSets.discardSet();
      return;
    }
    const stack = this.internPath(limits.maxStackDepth);
    if (stack === DANGLING) {
      this.dangling++;
      labelSets.discardSet();
      return;
    }
    const row = this.length++;
    this.stack.reserve(row + 1)[row] = stack;
    this.labels.reserve(row + 1)[row] = labelSets.finishSet();
  }

  private readPackedLocations(wire: WireReader, ids: IdTable): void {
    const stop = wire.spanEnd();
    const start = wire.offset;
    const { bytes } = wire;
    const { dense } = ids;
    checkLastVarint(bytes, start, stop);
    let end = stop;
    if (this.depth === 0 && this.shared === 0) {
      this.pathStart = start;
      this.pathEnd = stop;
      end = this.share(wire, start, stop);
    } else {
      this.unshare();
    }

    let offset = start;
    let { depth } = this;
    const path = this.path.reserve(depth + end - start);
    while (offset < end) {
      const idStart = offset;
      let id = bytes[offset++];
      if (id >= 0x80) {
        const second = bytes[offset++];
        id = (id & 0x7f) | ((second & 0x7f) << 7);
        if (second >= 0x80) {
          const third = bytes[offset++];
          id |= third << 14;
          if (third >= 0x80) {
            wire.offset = idStart;
            wire.varint64();
            offset = wire.offset;
            path[depth++] = ids.get(wire.low, wire.high);
            continue;
          }
        }
      }
      let row = id < dense.length ? dense[id] - 1 : NO_LOCATION;
      if (row === NO_LOCATION) row = ids.get(id, 0);
      path[depth++] = row;
    }
    wire.offset = stop;
    this.depth = depth;
  }

  private readLocation(wire: WireReader, ids: IdTable): void {
    this.unshare();
    const id = wire.index();
    const row = id === NO_INDEX ? ids.get(wire.low, wire.high) : ids.get(id, 0);
    this.path.reserve(this.depth + 1)[this.depth++] = row;
  }

  /**
   * Compares the bytes of a path with those of the last sample, from their ends, which are the
   * roots. Profilers write samples as they walk a tree, so most of a path is often the same; what
   * is need not be decoded. Answers where the rest ends.
   */
  private share(wire: WireReader, start: number, stop: number): number {
    const { bytes, view } = wire;
    const { lastStart } = this;
    let offset = stop;
    let lastOffset = this.lastEnd;
    let idEnds = 0;
    const floor = Math.max(start, stop - (lastOffset - lastStart));
    while (offset - 4 >= floor) {
      const word = view.getInt32(offset - 4, true);
      if (word !== view.getInt32(lastOffset - 4, true)) break;
      // A number ends in a byte without its highest bit: the product adds up four such bits.
      idEnds += Math.imul((~word & 0x80808080) >>> 7, 0x01010101) >>> 24;
      offset -= 4;
      lastOffset -= 4;
    }
    while (offset > floor && bytes[offset - 1] === bytes[lastOffset - 1]) {
      if (bytes[offset - 1] < 0x80) idEnds++;
      offset--;
      lastOffset--;
    }
    if (idEnds === 0) return stop;
    const isIdStart = offset === start || bytes[offset - 1] < 0x80;
    const isLastIdStart = lastOffset === lastStart || bytes[lastOffset - 1] < 0x80;
    if (!isIdStart || !isLastIdStart) {
      // The first equal bytes may be the rest of two different numbers.
      while (bytes[offset] >= 0x80) offset++;
      offset++;
      idEnds--;
    }
    this.shared = idEnds;
    return offset;
  }

  /** Puts the shared locations into the path after all, behind the others. */
  private unshare(): void {
    this.pathStart = 0;
    this.pathEnd = 0;
    if (this.shared === 0) return;
    const path = this.path.reserve(this.depth + this.shared);
    for (let level = this.shared - 1; level >= 0; level--) {
      path[this.depth++] = this.lastLocations.cells[level];
    }
    this.shared = 0;
  }

  private readPackedValues(wire: WireReader, typeCount: number): void {
    const stop = wire.spanEnd();
    checkLastVarint(wire.bytes, wire.offset, stop);
    while (wire.offset < stop) this.readValue(wire, typeCount);
  }

  private readValue(wire: WireReader, typeCount: number): void {
    const small = wire.index();
    if (this.valueCount < typeCount) {
      const at = 2 * (typeCount * this.length + this.valueCount);
      const { cells } = this.values;
      cells[at] = small === NO_INDEX ? wire.low : small;
      cells[at + 1] = small === NO_INDEX ? wire.high : 0;
    }
    this.valueCount++;
  }

  /** The stack of the path, of which the leaf side is cut where it is too deep. */
  private internPath(maxDepth: number): number {
    let cut = 0;
    if (this.depth + this.shared > maxDepth) {
      this.unshare();
      this.cutStacks++;
      cut = this.depth - maxDepth;
    }
    const { depth, shared, stacks } = this;
    const path = this.path.cells;
    for (let at = cut; at < depth; at++) if (path[at] === NO_LOCATION) return DANGLING;

    // From the root on, as long as the path is that of the last sample, so are the stacks.
    const length = depth - cut + shared;
    const rootAt = depth - 1 + shared;
    const locations = this.lastLocations.reserve(length);
    const stackRows = this.lastStacks.reserve(length);
    const shorter = Math.min(length, this.lastLength);
    let level = shared;
    while (level < shorter && locations[level] === path[rootAt - level]) level++;

    let stack = level === 0 ? NO_STACK : stackRows[level - 1];
    for (; level < length; level++) {
      const location = path[rootAt - level];
      stack = stacks.push(stack, location);
      locations[level] = location;
      stackRows[level] = stack;
    }
    this.lastLength = length;
    this.lastStart = this.pathStart;
    this.lastEnd = this.pathEnd;
    return stack;
  }

  byteLength(typeCount: number): number {
    const { length, stacks } = this;
    return (
      2 * arenaBytes(4 * stacks.length) + arenaBytes(4 * length, 4 * length, 8 * length * typeCount)
    );
  }

  finishStacks(arena: ColumnArena): StackTable {
    const { length, parents, locations } = this.stacks;
    return {
      length,
      parent: arena.int32(parents.cells, length),
      location: arena.int32(locations.cells, length),
    };
  }

  finishSamples(arena: ColumnArena, typeCount: number): SampleColumns {
    const { length } = this;
    return {
      length,
      stack: arena.int32(this.stack.cells, length),
      labels: arena.int32(this.labels.cells, length),
      values: Array.from({ length: typeCount }, (_, type) =>
        arena.int64(this.values.cells, length, type, typeCount),
      ),
    };
  }
}

/** What stands in a path for a location that is not there. */
const NO_LOCATION = -1;

/** The stack of a path that has such a location. ({@link NO_STACK} is that of an empty path.) */
const DANGLING = -2;

/**
 * A packed field ends where its last number ends. Once that is sure, every number in it ends in
 * time, and the loops need not look.
 */
function checkLastVarint(bytes: Uint8Array, start: number, stop: number): void {
  if (start < stop && bytes[stop - 1] >= 0x80) {
    throw new MalformedWire(`a number is cut off at byte ${stop}`);
  }
}
