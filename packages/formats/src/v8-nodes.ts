import { type Profile, sourceFunction } from '@emberscope/profile';
import { ANONYMOUS_FUNCTION, V8_ROOT, type V8CallFrame } from './v8-call-frame.ts';

/** One node of a tree to write, parents before children; the root is the first. */
export type V8Node = {
  readonly callFrame: V8CallFrame;
  readonly children: number[];
  /** Own values by running line; line 0 is not known. */
  readonly byLine: Map<number, bigint[]>;
};

const ROOT_FRAME: V8CallFrame = {
  functionName: V8_ROOT,
  scriptId: '0',
  url: '',
  lineNumber: -1,
  columnNumber: -1,
};

/**
 * The call tree of a profile as V8's files have it: a node for each function on a path, told apart
 * by name, file and line of definition; values lie on running lines.
 */
export function v8NodesOf(profile: Profile): V8Node[] {
  const { stacks, samples, symbols } = profile;
  const { locations } = symbols;
  const nodes: V8Node[] = [{ callFrame: ROOT_FRAME, children: [], byLine: new Map() }];
  const nodeByEdge = new Map<string, number>();
  const frameOf = Array.from({ length: symbols.functions.length }, (_, row) =>
    frameOfFunction(profile, row),
  );

  /** The node and the running line at the leaf end of each stack. */
  const nodeOf = new Int32Array(stacks.length);
  const lineOf = new Int32Array(stacks.length);
  for (let stack = 0; stack < stacks.length; stack++) {
    const caller = stacks.parent[stack];
    let node = caller === -1 ? 0 : nodeOf[caller];
    const location = stacks.location[stack];
    const first = locations.lineStart[location];
    for (let line = locations.lineStart[location + 1] - 1; line >= first; line--) {
      node = child(node, frameOf[locations.lineFunction[line]]);
      lineOf[stack] = locations.lineNumber[line];
    }
    if (first === locations.lineStart[location + 1]) {
      const functionName = `0x${locations.address[location].toString(16)}`;
      node = child(node, { ...ROOT_FRAME, functionName });
    }
    nodeOf[stack] = node;
  }

  function child(parent: number, callFrame: V8CallFrame): number {
    const { functionName, url, lineNumber } = callFrame;
    const key = `${parent} ${lineNumber} ${url.length} ${url}${functionName}`;
    let node = nodeByEdge.get(key);
    if (node === undefined) {
      node = nodes.length;
      nodes.push({ callFrame, children: [], byLine: new Map() });
      nodes[parent].children.push(node);
      nodeByEdge.set(key, node);
    }
    return node;
  }

  for (let row = 0; row < samples.length; row++) {
    const stack = samples.stack[row];
    const { byLine } = nodes[stack === -1 ? 0 : nodeOf[stack]];
    const line = stack === -1 ? 0 : lineOf[stack];
    const sums = byLine.get(line) ?? samples.values.map(() => 0n);
    byLine.set(
      line,
      samples.values.map((column, type) => sums[type] + BigInt(column[row])),
    );
  }
  return nodes;
}

function frameOfFunction({ symbols }: Profile, row: number): V8CallFrame {
  const { functions, strings } = symbols;
  const { name, file, line } = sourceFunction({
    name: strings[functions.name[row]],
    systemName: strings[functions.systemName[row]],
    fileName: strings[functions.fileName[row]],
    startLine: functions.startLine[row],
  });
  return {
    functionName: name === ANONYMOUS_FUNCTION ? '' : name,
    scriptId: '0',
    url: file,
    lineNumber: line - 1,
    columnNumber: -1,
  };
}
