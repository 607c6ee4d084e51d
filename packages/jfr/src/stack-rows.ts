import {
  createEdgeInterner,
  createStackInterner,
  createSymbolInterner,
  type LocationIndex,
  MAPPING_HAS,
  type MappingIndex,
  NO_STACK,
  type StackIndex,
  type StackTable,
  type Symbols,
} from '@emberscope/profile';
import { utf8Tail } from '@emberscope/units';
import type { Long } from './byte-cursor.ts';
import type { ConstantPools } from './constant-pools.ts';
import { settledName } from './frame-names.ts';
import { MalformedRecording } from './malformed-recording.ts';
import type { PartCounts } from './part-counts.ts';

/** What stacks and names may be. A limit of `Infinity` is none. */
export type StackLimits = {
  /** Of a deeper stack, the leaf side is cut off. */
  readonly maxStackDepth: number;
  /** Of a longer name, the beginning is cut off. */
  readonly maxStringBytes: number;
};

/**
 * All names of functions together. Each is put together of a class and a method, and one long name of
 * a class may stand in any number of them.
 */
const NAMES_MAX_CHARS = 64 * 1024 * 1024;
/** What a function costs beside its name. */
const FUNCTION_CHARS = 64;

/** Collects the stacks of all chunks: a frame is `class.method` and the line that ran. */
export class StackRows {
  private readonly limits: StackLimits;
  private readonly counts: PartCounts;
  private readonly symbols = createSymbolInterner();
  private readonly stacks = createStackInterner();
  /** Functions and lines, and the location of each pair. */
  private readonly lines = createEdgeInterner();
  private readonly locations: LocationIndex[] = [];
  private mapping: MappingIndex | undefined;
  private nameChars = 0;
  private pools: ConstantPools | undefined;
  /** Of the chunk at hand. */
  private stackOfTrace = new Map<Long, StackIndex | undefined>();
  private functionOfMethod = new Map<Long, number | undefined>();
  /** The stack before, the root first: most begin as the one before them does. */
  private readonly last: {
    length: number;
    readonly methods: Long[];
    readonly lines: number[];
    /** Up to each frame: its row, and how many frames of it were found. */
    readonly stacks: StackIndex[];
    readonly depths: number[];
  } = { length: 0, methods: [], lines: [], stacks: [], depths: [] };

  constructor(limits: StackLimits, counts: PartCounts) {
    this.limits = limits;
    this.counts = counts;
  }

  /** Keys of another chunk mean something else. */
  enterChunk(pools: ConstantPools): void {
    this.pools = pools;
    this.stackOfTrace = new Map();
    this.functionOfMethod = new Map();
    this.last.length = 0;
  }

  /** The row of a stack trace; undefined where the chunk does not have it. */
  stackOf(trace: Long): StackIndex | undefined {
    if (this.stackOfTrace.has(trace)) return this.stackOfTrace.get(trace);
    const stack = this.intern(trace);
    this.stackOfTrace.set(trace, stack);
    return stack;
  }

  finish(): { readonly symbols: Symbols; readonly stacks: StackTable } {
    return { symbols: this.symbols.finish(), stacks: this.stacks.finish() };
  }

  private intern(trace: Long): StackIndex | undefined {
    const { pools } = this;
    if (pools === undefined) return undefined;
    const frames = pools.framesOf(trace);
    if (frames === undefined) return undefined;
    const { length, methods, lines } = frames;
    const { last } = this;
    let rows = this.stacks.length();
    // From the root, which comes last; as long as the frames are those of the stack before, so are
    // the rows.
    let level = 0;
    for (; level < Math.min(length, last.length); level++) {
      const frame = length - 1 - level;
      if (methods[frame] !== last.methods[level] || lines[frame] !== last.lines[level]) break;
    }
    let stack = level === 0 ? NO_STACK : last.stacks[level - 1];
    let depth = level === 0 ? 0 : last.depths[level - 1];
    for (; level < length; level++) {
      const frame = length - 1 - level;
      if (depth === this.limits.maxStackDepth) break;
      const location = this.locationOf(pools, methods[frame], lines[frame]);
      if (location !== undefined) {
        stack = this.stacks.push(stack, location);
        if (stack === rows) {
          this.counts.stackRows.add(1);
          rows++;
        }
        depth++;
      }
      last.methods[level] = methods[frame];
      last.lines[level] = lines[frame];
      last.stacks[level] = stack;
      last.depths[level] = depth;
    }
    last.length = level;
    return stack;
  }

  private locationOf(
    pools: ConstantPools,
    method: Long,
    lineNumber: number,
  ): LocationIndex | undefined {
    let row = this.functionOfMethod.get(method);
    if (row === undefined) {
      row = this.functionOf(pools, method);
      this.functionOfMethod.set(method, row);
    }
    if (row === undefined) return undefined;
    const pair = this.lines.intern(row, lineNumber);
    const known = this.locations[pair];
    if (known !== undefined) return known;
    const mapping = this.mapping ?? this.addMapping();
    const lines = [{ function: row, lineNumber }];
    const location = this.symbols.location({ mapping, address: 0n, isFolded: false, lines });
    this.counts.locations.add(1);
    this.locations.push(location);
    return location;
  }

  /** All locations are in one mapping that says only that functions are known. */
  private addMapping(): MappingIndex {
    this.mapping = this.symbols.mapping({
      memoryStart: 0n,
      memoryLimit: 0n,
      fileOffset: 0n,
      fileName: 0,
      buildId: 0,
      has: MAPPING_HAS.functions,
    });
    return this.mapping;
  }

  private functionOf(pools: ConstantPools, method: Long): number | undefined {
    const names = pools.namesOf(method);
    if (names === undefined) return undefined;
    const whole = `${settledName(names.className)}.${settledName(names.name)}`;
    const name = utf8Tail(whole, this.limits.maxStringBytes);
    this.nameChars += name.length + FUNCTION_CHARS;
    if (this.nameChars > NAMES_MAX_CHARS) {
      throw new MalformedRecording(
        `the names of functions are longer than ${NAMES_MAX_CHARS} characters together`,
      );
    }
    return this.symbols.function({
      name: this.symbols.string(name),
      systemName: 0,
      fileName: 0,
      startLine: 0,
    });
  }
}
