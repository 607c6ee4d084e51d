import type { TurnLine } from '../turn-clock/turn-line.ts';
import type { HttpRequest } from './http-handler.ts';

/**
 * To be called for each piece of a body: reads on in a later turn when this one is full. Node takes
 * up to 2 MiB from each socket in a turn, and two dozen clients that send as fast as they can would
 * fill it for 70 ms.
 */
export function readInTurns(request: HttpRequest, turns: TurnLine): void {
  if (turns.hasTime()) return;
  request.pause();
  turns.run(() => request.resume());
}

/** Reads what is left of a body, and keeps nothing of it. */
export function dropInTurns(request: HttpRequest, turns: TurnLine): void {
  request.on('data', () => readInTurns(request, turns));
  request.resume();
}
