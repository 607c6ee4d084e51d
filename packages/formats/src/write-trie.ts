import { type CallTree, createUvarintWriter, int64At } from '@emberscope/profile';

/** Writes a call tree as Pyroscope's trie: a piece for each name, with the `;` in front of it. */
export function writeTrie(tree: CallTree): Uint8Array {
  return writeNodes(tree, (name, isRoot) => (isRoot ? name : `;${name}`));
}

/** Writes the stream that trie and tree share, under a root without a name. */
export function writeNodes(
  tree: CallTree,
  nameOf: (name: string, isRoot: boolean) => string,
): Uint8Array {
  const childCount = new Int32Array(tree.length);
  let rootCount = 0;
  for (const parent of tree.parent) {
    if (parent === -1) rootCount++;
    else childCount[parent]++;
  }
  const encoder = new TextEncoder();
  const writer = createUvarintWriter();
  const writeNode = (name: string, value: bigint, children: number): void => {
    const bytes = encoder.encode(name);
    writer.uvarint(BigInt(bytes.length));
    writer.bytes(bytes);
    writer.uvarint(value);
    writer.uvarint(BigInt(children));
  };
  writeNode('', 0n, rootCount);
  // Rows of a call tree are in pre-order, which is the order of the stream.
  for (let node = 0; node < tree.length; node++) {
    const name = nameOf(tree.frames.name[tree.frame[node]], tree.parent[node] === -1);
    writeNode(name, int64At(tree.self, node), childCount[node]);
  }
  return writer.finish();
}
