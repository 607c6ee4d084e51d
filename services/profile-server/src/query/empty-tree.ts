import type { CallTree } from '@emberscope/profile';

/** The tree of nothing. */
export function emptyTree(): CallTree {
  return {
    length: 0,
    parent: new Int32Array(0),
    frame: new Int32Array(0),
    self: new Float64Array(0),
    total: new Float64Array(0),
    frames: { length: 0, name: [], file: [], line: new Int32Array(0) },
  };
}
