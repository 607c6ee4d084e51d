import { NO_STACK } from '@emberscope/profile';
import { EdgeTable } from './edge-table.ts';
import { Int32Scratch } from './scratch-columns.ts';

/**
 * The stacks of one profile at a time, as a tree of edges that are numbered in order of arrival:
 * what a `StackTable` is made of.
 *
 * Most stacks have one callee. The first callee of each is found at its place, without a hash, and
 * where there is none yet nothing has to be looked for; only the others are in a hash table.
 */
export class StackTree {
  length = 0;
  /** Rows that all columns have room for. */
  private room = 0;
  readonly parents = new Int32Scratch();
  readonly locations = new Int32Scratch();
  /** The first callee of each stack, behind that of {@link NO_STACK}; `NO_STACK` for none. */
  private readonly firstCallee = new Int32Scratch();
  private readonly others = new EdgeTable();
  private readonly rowOfOther = new Int32Scratch();

  constructor() {
    this.clear();
  }

  /** Forgets all stacks. */
  clear(): void {
    this.length = 0;
    this.others.clear();
    const { parents, locations, firstCallee, rowOfOther } = this;
    for (const column of [parents, locations, firstCallee, rowOfOther]) column.trim();
    this.room = 0;
    firstCallee.cells[0] = NO_STACK;
  }

  /** The stack that a location makes on top of another stack, new or not. */
  push(caller: number, location: number): number {
    const first = this.firstCallee.cells[caller + 1];
    if (first === NO_STACK) {
      this.firstCallee.cells[caller + 1] = this.length;
      return this.add(caller, location);
    }
    if (this.locations.cells[first] === location) return first;
    const { others } = this;
    const before = others.length;
    const other = others.intern(caller, location);
    if (other < before) return this.rowOfOther.cells[other];
    this.rowOfOther.reserve(other + 1)[other] = this.length;
    return this.add(caller, location);
  }

  private add(caller: number, location: number): number {
    const row = this.length++;
    if (row === this.room) this.makeRoom();
    this.parents.cells[row] = caller;
    this.locations.cells[row] = location;
    this.firstCallee.cells[row + 1] = NO_STACK;
    return row;
  }

  /** For one row more at least. */
  private makeRoom(): void {
    const { room, parents, locations, firstCallee } = this;
    this.room = Math.min(
      parents.reserve(room + 1).length,
      locations.reserve(room + 1).length,
      firstCallee.reserve(room + 2).length - 1,
    );
  }
}
