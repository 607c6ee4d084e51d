import type { SourceFrame } from '@emberscope/profile';
import { type JsonObject, object, text } from './json-shape.ts';

/** A function as V8's inspector names it; lines are counted from 0 there, and -1 is none. */
export type V8CallFrame = {
  readonly functionName: string;
  readonly scriptId: string;
  readonly url: string;
  readonly lineNumber: number;
  readonly columnNumber: number;
};

export const ANONYMOUS_FUNCTION = '(anonymous)';

/** What V8 calls the node above all others. */
export const V8_ROOT = '(root)';

export function parseV8CallFrame(node: JsonObject, what: string): V8CallFrame {
  const frame = object(node.callFrame, `${what}.callFrame`);
  return {
    functionName: text(frame.functionName, `${what}.callFrame.functionName`),
    scriptId: `${frame.scriptId ?? ''}`,
    url: text(frame.url, `${what}.callFrame.url`),
    lineNumber: wholeOr(frame.lineNumber, -1),
    columnNumber: wholeOr(frame.columnNumber, -1),
  };
}

/** The frame of a profile; `line` is the line that ran, from 1, where it is known. */
export function sourceFrameOfV8(frame: V8CallFrame, line = 0): SourceFrame {
  return {
    name: frame.functionName === '' ? ANONYMOUS_FUNCTION : frame.functionName,
    file: frame.url,
    startLine: frame.lineNumber + 1,
    line,
  };
}

function wholeOr(value: unknown, fallback: number): number {
  const isWhole = typeof value === 'number' && Number.isInteger(value);
  return isWhole && value >= -1 && value < 0x7fffffff ? value : fallback;
}
