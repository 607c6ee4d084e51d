import {
  createEdgeInterner,
  type EdgeInterner,
  type StackIndex,
  type StackTable,
  type Symbols,
} from '@emberscope/profile';
import type { FrameKey } from '../selection.ts';
import { createFunctionRows, type FunctionRows } from './function-rows.ts';
import { ARRAY_BYTES } from './heap-sizes.ts';
import { createLocationRows, type LocationRows } from './location-rows.ts';
import { createMappingRows, type MappingRows } from './mapping-rows.ts';
import type { NameTree } from './name-tree.ts';
import { createStringRows, type StringRows } from './string-rows.ts';

/** Stacks and what their integers stand for. */
export type StackSymbols = { readonly symbols: Symbols; readonly stacks: StackTable };

/**
 * What is read of a dictionary. Dictionaries are told apart by identity, and `view` is asked often:
 * one that has to be read from somewhere is read once.
 */
export type StackDictionary = {
  /** As it stands, for reading only. Later rows do not show in it. */
  view(): StackSymbols;
  /** Its stacks folded by name, where that is kept from one answer to the next. */
  readonly nameTree?: (frameKey: FrameKey) => NameTree;
  /** Says that a query needs it no more: it may make room for the next one. */
  readonly done?: () => void;
};

/**
 * The stacks of many profiles with their strings, functions, mappings and locations, each once.
 * Rows are never changed or taken out, so that integers which profiles hold stay good; what is no
 * longer needed goes with the whole dictionary.
 */
export type Dictionary = StackDictionary & {
  readonly strings: StringRows;
  readonly functions: FunctionRows;
  readonly mappings: MappingRows;
  readonly locations: LocationRows;
  pushStack(caller: StackIndex, location: number): StackIndex;
  readonly stackCount: () => number;
  /** As `findBlock` of an {@link EdgeInterner}, while something may still come. */
  findStacks(callers: Int32Array, locations: Int32Array, count: number, found: Int32Array): void;
  /** Nothing comes any more: room for growth and the means of finding rows are given back. */
  close(): void;
  readonly bytes: () => number;
};

/** Of one without rows, but for its columns: its functions and what they close over. */
const EMPTY_BYTES = 6 * 1024;
/** Of an interner's columns and slots (`createEdgeInterner`): 4 + 4 + 2 * 4. */
const STACK_BYTES = 16;
const STACK_ROWS_MIN = 128;
/** Of a finished table: parent and location. */
const CLOSED_STACK_BYTES = 8;

/** `strings`: how its strings are found; by value when left out. */
export function createDictionary(strings: StringRows = createStringRows()): Dictionary {
  const functions = createFunctionRows();
  const mappings = createMappingRows();
  const locations = createLocationRows();
  let open: EdgeInterner | undefined = createEdgeInterner();
  /** Once nothing comes any more. */
  let closed: StackTable | undefined;

  function currentStacks(): StackTable {
    if (open !== undefined) return stacksOf(open.view());
    if (closed === undefined) throw new Error('a dictionary is open or closed');
    return closed;
  }

  return {
    strings,
    functions,
    mappings,
    locations,
    pushStack(caller, location) {
      if (open === undefined) throw new Error('the dictionary is closed');
      return open.intern(caller, location);
    },
    stackCount: () => open?.length() ?? closed?.length ?? 0,
    findStacks(callers, locationsOf, count, found) {
      if (open === undefined) throw new Error('the dictionary is closed');
      open.findBlock(callers, locationsOf, count, found);
    },
    view: () => ({
      symbols: {
        strings: strings.view(),
        functions: functions.view(),
        mappings: mappings.view(),
        locations: locations.view(),
      },
      stacks: currentStacks(),
    }),
    close() {
      if (open !== undefined) closed = stacksOf(open.finish());
      open = undefined;
      strings.close();
      functions.close();
      locations.close();
    },
    bytes() {
      const openStackBytes =
        open === undefined ? 0 : ARRAY_BYTES * 3 + rowsHeld(open.length()) * STACK_BYTES;
      return (
        EMPTY_BYTES +
        strings.bytes() +
        functions.bytes() +
        mappings.bytes() +
        locations.bytes() +
        openStackBytes +
        ARRAY_BYTES * 2 +
        (closed?.length ?? 0) * CLOSED_STACK_BYTES
      );
    },
  };
}

function stacksOf({ parent, label }: ReturnType<EdgeInterner['view']>): StackTable {
  return { length: parent.length, parent, location: label };
}

/** The rows that an interner has room for: it doubles. */
function rowsHeld(length: number): number {
  return Math.max(STACK_ROWS_MIN, 2 ** Math.ceil(Math.log2(Math.max(1, length))));
}
