import type { FunctionAnswer } from '../api/function-answer.ts';

type LineCosts = FunctionAnswer['lines'];

/**
 * The lines of a function that are worth a list: none when its agent says only where the function
 * begins, as Node's does, or nothing (line 0). "Line 52, 100 %" would then be read as the line that
 * burns, and is the one with the function's name.
 */
export function runningLines(lines: LineCosts, definitionLine: number): LineCosts {
  const isKnown = lines.some(({ line }) => line !== 0 && line !== definitionLine);
  return isKnown ? lines : [];
}
