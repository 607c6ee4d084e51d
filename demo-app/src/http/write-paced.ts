import { once } from 'node:events';
import type { Writable } from 'node:stream';
import type { TurnBudget } from '../runtime/turn-budget.ts';

/**
 * Writes what `pieces` gives, no faster than the reader takes it, and gives the loop back when the
 * turn's time is used up. Ends the output. Stops early, without an error, when the reader has left.
 */
export async function writePaced(
  output: Writable,
  pieces: Iterable<string>,
  turn: TurnBudget,
): Promise<void> {
  for (const piece of pieces) {
    if (output.destroyed) return;
    if (!output.write(piece)) await drained(output);
    if (turn.isSpent()) await turn.nextTurn();
  }
  if (!output.destroyed) output.end();
}

async function drained(output: Writable): Promise<void> {
  const settled = new AbortController();
  try {
    await Promise.race([
      once(output, 'drain', { signal: settled.signal }),
      // A reader who leaves never drains.
      once(output, 'close', { signal: settled.signal }),
    ]);
  } catch {
    // `error` came first: `close` follows, and the caller looks at `destroyed`.
  } finally {
    settled.abort();
  }
}
