import { createEdgeInterner, type EdgeInterner } from '@emberscope/profile';
import type { Long } from './byte-cursor.ts';
import type { ContextIndex, EventColumns, RecordedContext, RecordedKind } from './recording.ts';
import { SumColumn } from './sum-column.ts';

type Table = {
  readonly rows: EdgeInterner;
  readonly count: SumColumn;
  readonly amount: SumColumn;
};

/** Adds up events by kind, stack and context. */
export class EventTables {
  private readonly tables = new Map<RecordedKind, Table>();
  /** Numbers of a context in the order in which they came, and edges from one to the next. */
  private readonly numbers = new Map<Long, number>();
  private readonly pairs = createEdgeInterner();
  private readonly triples = createEdgeInterner();
  private readonly contexts: RecordedContext[] = [];

  constructor() {
    this.context(0, 0, 0);
  }

  /** {@link NO_CONTEXT} where all three are 0. */
  context(contextId: Long, spanId: Long, spanName: Long): ContextIndex {
    const pair = this.pairs.intern(this.numberOf(contextId), this.numberOf(spanId));
    const context = this.triples.intern(pair, this.numberOf(spanName));
    if (context === this.contexts.length) {
      this.contexts.push({
        contextId: unsigned(contextId),
        spanId: unsigned(spanId),
        spanName: unsigned(spanName),
      });
    }
    return context;
  }

  private numberOf(value: Long): number {
    const known = this.numbers.get(value);
    if (known !== undefined) return known;
    const number = this.numbers.size;
    this.numbers.set(value, number);
    return number;
  }

  /** Answers how many rows the table of this kind has then. */
  add(kind: RecordedKind, stack: number, context: ContextIndex, amount: number | bigint): number {
    let table = this.tables.get(kind);
    if (table === undefined) {
      table = { rows: createEdgeInterner(), count: new SumColumn(), amount: new SumColumn() };
      this.tables.set(kind, table);
    }
    const row = table.rows.intern(stack, context);
    table.count.add(row, 1);
    table.amount.add(row, amount);
    return table.rows.length();
  }

  finish(): {
    readonly contexts: readonly RecordedContext[];
    readonly events: ReadonlyMap<RecordedKind, EventColumns>;
  } {
    const events = new Map<RecordedKind, EventColumns>();
    for (const [kind, { rows, count, amount }] of this.tables) {
      const length = rows.length();
      const { parent, label } = rows.finish();
      events.set(kind, {
        length,
        stack: parent,
        context: label,
        count: count.finish(length),
        amount: amount.finish(length),
      });
    }
    return { contexts: this.contexts, events };
  }
}

function unsigned(value: Long): bigint {
  return BigInt.asUintN(64, BigInt(value));
}
