import { createEdgeInterner, type EdgeInterner } from '@emberscope/profile';
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
  private readonly contextRows = new Map<string, ContextIndex>();
  private readonly contexts: RecordedContext[] = [{ contextId: 0n, spanId: 0n, spanName: 0n }];

  context(contextId: bigint, spanId: bigint, spanName: bigint): ContextIndex {
    const key = `${contextId} ${spanId} ${spanName}`;
    const known = this.contextRows.get(key);
    if (known !== undefined) return known;
    this.contextRows.set(key, this.contexts.length);
    return this.contexts.push({ contextId, spanId, spanName }) - 1;
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
