import type { SourceFrame } from '@emberscope/profile';
import { type JsonObject, object, text } from './json-shape.ts';

/** What is read of a call frame of V8's: lines are counted from 0 there, and -1 is none. */
export type V8Function = {
  readonly functionName: string;
  readonly url: string;
  readonly lineNumber: number;
};

/** A call frame as it is written: viewers want all fields. */
export type V8CallFrame = V8Function & {
  readonly scriptId: string;
  readonly columnNumber: number;
};

export const ANONYMOUS_FUNCTION = '(anonymous)';

/** What V8 calls the node above all others. */
export const V8_ROOT = '(root)';

export function parseV8CallFrame(node: JsonObject, what: string): V8Function {
  const frame = object(node.callFrame, `${what}.callFrame`);
  return {
    functionName: text(frame.functionName, `${what}.callFrame.functionName`),
    url: text(frame.url, `${what}.callFrame.url`),
    lineNumber: wholeOr(frame.lineNumber, -1),
  };
}

/** The frame of a profile; `line` is the line that ran, from 1, where it is known. */
export function sourceFrameOfV8(frame: V8Function, line = 0): SourceFrame {
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
