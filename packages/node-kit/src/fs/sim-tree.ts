import { posix } from 'node:path';
import type { Random } from '../random/random.ts';
import type { DirectoryEntry, FileStat } from './fs.ts';
import { FsError, type FsErrorCode, type FsOperation } from './fs-error.ts';
import {
  createSimContent,
  type SimContent,
  type SimSync,
  type Survival,
  type UnsyncedFate,
} from './sim-content.ts';

export type SimFile = {
  readonly kind: 'file';
  readonly content: SimContent;
  /** Names that programs see. */
  linkCount: number;
  openCount: number;
};

type Directory = {
  readonly kind: 'directory';
  /** As programs see it. */
  readonly entries: Map<string, Node>;
  /** As it is on the disk. */
  readonly durable: Map<string, Node>;
};

type Node = SimFile | Directory;

/** One step that changes names; all of its changes reach the disk together or none does. */
type EntryChange = {
  readonly changes: readonly {
    readonly directory: Directory;
    readonly name: string;
    /** `undefined`: the name is gone. */
    readonly node: Node | undefined;
  }[];
  /** Earlier steps that are on the disk if this one is. */
  readonly after: EntryChange[];
  readonly movesDirectory: boolean;
};

/**
 * The names of a simulated file system, twice: as programs see them, and as they are on the disk.
 *
 *     create a · rename a to b · create c        what a syncDir of the directory makes durable
 *     ───┬────   ──────┬──────   ───┬────
 *        └──── first ──┘            │            a step on one name needs the earlier ones on it;
 *                                   └─ alone     steps on other names survive in any order
 *
 * Steps wait until a directory they change is synced. At a crash any set of waiting steps survives
 * that has, for each, the earlier steps on the same names. A rename is one step, also between two
 * directories. That is less than ext4 or XFS promise, which write all steps in their order to one
 * journal, and what POSIX leaves to portable programs (Pillai et al., "All File Systems Are Not
 * Created Equal", OSDI 2014).
 */
export type SimTree = {
  stat(path: string): FileStat;
  readdir(path: string): readonly DirectoryEntry[];
  checkDirectory(path: string, operation: FsOperation): void;
  /** The file at a path; `undefined` when nothing is there, but the directory is. */
  findFile(path: string): SimFile | undefined;
  /** The kernel writes some dirty page of its own accord. */
  writeBackSomePage(random: Random): void;
  /** Nothing may be there. */
  createFile(path: string): SimFile;
  rename(from: string, to: string): void;
  link(existing: string, path: string): void;
  unlink(path: string): void;
  mkdir(path: string): void;
  rmdir(path: string): void;
  /** What is changed from now on is not part of it. When it fails, steps wait as before. */
  beginSyncDir(path: string): SimSync;
  close(file: SimFile): void;
  closeAll(): void;
  /** Bytes of all files that have a name or are open. */
  usedBytes(): number;
  /** The tree that is on the disk after the machine has stopped. This tree itself stays as it is. */
  afterCrash(fate: UnsyncedFate, random: Random, survival: Survival): SimTree;
};

export function createSimTree(root: Directory = emptyDirectory()): SimTree {
  let waiting: EntryChange[] = [];
  const live = filesBelow(root);

  function change(changes: EntryChange['changes'], moved?: Node, removed?: Node): void {
    const movesDirectory = moved?.kind === 'directory';
    const after = waiting.filter(
      (earlier) =>
        // Two moves of directories out of order could put each of them into the other.
        (movesDirectory && earlier.movesDirectory) ||
        earlier.changes.some(
          (a) =>
            // A directory goes when it is empty, and no crash may find it gone and not empty.
            a.directory === removed ||
            changes.some((b) => a.directory === b.directory && a.name === b.name),
        ),
    );
    waiting.push({ changes, after, movesDirectory });
    for (const { directory, name, node } of changes) put(directory.entries, name, node);
  }

  function dropName(node: Node | undefined): void {
    if (node?.kind !== 'file') return;
    node.linkCount--;
    dropIfUnused(node);
  }

  function dropIfUnused(file: SimFile): void {
    if (file.linkCount === 0 && file.openCount === 0) live.delete(file);
  }

  function placeOf(path: string, operation: FsOperation): Place {
    const names = namesOf(path);
    let directory = root;
    for (const name of names.slice(0, -1)) {
      const next = directory.entries.get(name);
      if (next === undefined) throw failure('not-found', operation, path);
      if (next.kind !== 'directory') throw failure('not-directory', operation, path);
      directory = next;
    }
    const name = names.at(-1);
    if (name === undefined) throw failure('invalid', operation, path);
    return { directory, name, node: directory.entries.get(name) };
  }

  function nodeAt(path: string, operation: FsOperation): Node {
    if (namesOf(path).length === 0) return root;
    const { node } = placeOf(path, operation);
    if (node === undefined) throw failure('not-found', operation, path);
    return node;
  }

  function directoryAt(path: string, operation: FsOperation): Directory {
    const node = nodeAt(path, operation);
    if (node.kind !== 'directory') throw failure('not-directory', operation, path);
    return node;
  }

  function withEarlier(steps: readonly EntryChange[]): Set<EntryChange> {
    const all = new Set(steps);
    // A set that grows while it is walked: the walk goes on to what was added.
    for (const step of all) for (const earlier of step.after) all.add(earlier);
    return all;
  }

  return {
    stat(path) {
      const node = nodeAt(path, 'stat');
      return node.kind === 'directory'
        ? { kind: 'directory', sizeBytes: 0, linkCount: 1 }
        : { kind: 'file', sizeBytes: node.content.sizeBytes(), linkCount: node.linkCount };
    },

    readdir(path) {
      const { entries } = directoryAt(path, 'readdir');
      return Array.from(entries, ([name, { kind }]) => ({ name, kind })).sort((a, b) =>
        a.name < b.name ? -1 : 1,
      );
    },

    checkDirectory: (path, operation) => void directoryAt(path, operation),

    findFile(path) {
      if (namesOf(path).length === 0) throw failure('is-directory', 'open', path);
      const { node } = placeOf(path, 'open');
      if (node?.kind === 'directory') throw failure('is-directory', 'open', path);
      return node;
    },

    createFile(path) {
      const { directory, name, node } = placeOf(path, 'open');
      if (node !== undefined) throw failure('exists', 'open', path);
      const file = simFile(createSimContent(), 1);
      live.add(file);
      change([{ directory, name, node: file }]);
      return file;
    },

    rename(from, to) {
      const source = placeOf(from, 'rename');
      const target = placeOf(to, 'rename');
      const { node } = source;
      if (node === undefined) throw failure('not-found', 'rename', from);
      if (isBelow(to, from)) throw failure('invalid', 'rename', from);
      if (isBelow(from, to)) throw failure('not-empty', 'rename', from);
      // POSIX: two names of one file are left alone, both of them.
      if (target.node === node) return;
      if (target.node !== undefined) checkReplaceable(node, target.node, from);
      change(
        [
          { directory: source.directory, name: source.name, node: undefined },
          { directory: target.directory, name: target.name, node },
        ],
        node,
        target.node,
      );
      dropName(target.node);
    },

    link(existing, path) {
      const node = nodeAt(existing, 'link');
      const target = placeOf(path, 'link');
      if (target.node !== undefined) throw failure('exists', 'link', path);
      if (node.kind === 'directory') throw failure('not-permitted', 'link', path);
      change([{ directory: target.directory, name: target.name, node }]);
      node.linkCount++;
    },

    unlink(path) {
      const { directory, name, node } = placeOf(path, 'unlink');
      if (node === undefined) throw failure('not-found', 'unlink', path);
      if (node.kind === 'directory') throw failure('is-directory', 'unlink', path);
      change([{ directory, name, node: undefined }]);
      dropName(node);
    },

    mkdir(path) {
      const names = namesOf(path);
      let directory = root;
      for (const [depth, name] of names.entries()) {
        const next = directory.entries.get(name);
        if (next?.kind === 'file') {
          const isLast = depth === names.length - 1;
          throw failure(isLast ? 'exists' : 'not-directory', 'mkdir', path);
        }
        const inner = next ?? emptyDirectory();
        if (next === undefined) change([{ directory, name, node: inner }]);
        directory = inner;
      }
    },

    rmdir(path) {
      const { directory, name, node } = placeOf(path, 'rmdir');
      if (node === undefined) throw failure('not-found', 'rmdir', path);
      if (node.kind === 'file') throw failure('not-directory', 'rmdir', path);
      if (node.entries.size > 0) throw failure('not-empty', 'rmdir', path);
      change([{ directory, name, node: undefined }], undefined, node);
    },

    beginSyncDir(path) {
      const synced = directoryAt(path, 'syncDir');
      const steps = withEarlier(
        waiting.filter(({ changes }) => changes.some(({ directory }) => directory === synced)),
      );
      function finish(): void {
        for (const step of waiting) {
          if (!steps.has(step)) continue;
          for (const { directory, name, node } of step.changes) put(directory.durable, name, node);
          // It needs nothing any more; and a long life must not become a long chain of these.
          step.after.length = 0;
        }
        waiting = waiting.filter((step) => !steps.has(step));
      }
      return { finish, fail() {}, abandon() {} };
    },

    writeBackSomePage(random) {
      if (live.size === 0) return;
      [...live][random.below(live.size)]!.content.writeBackSomePage(random);
    },

    close(file) {
      file.openCount--;
      dropIfUnused(file);
    },

    closeAll() {
      for (const file of live) {
        file.openCount = 0;
        dropIfUnused(file);
      }
    },

    usedBytes() {
      let sum = 0;
      for (const { content } of live) sum += content.sizeBytes();
      return sum;
    },

    afterCrash(fate, random, survival) {
      const onDisk = new Map<Directory, Map<string, Node>>();
      const namesIn = (directory: Directory) => {
        const names = onDisk.get(directory) ?? new Map(directory.durable);
        onDisk.set(directory, names);
        return names;
      };
      const undecided = new Set(waiting);
      for (const step of waiting) {
        const isPossible = fate !== 'lost' && !step.after.some((earlier) => undecided.has(earlier));
        if (!isPossible || (fate === 'random' && !survival.survives())) continue;
        undecided.delete(step);
        for (const { directory, name, node } of step.changes) put(namesIn(directory), name, node);
      }

      const files = new Map<SimFile, SimFile>();
      function survivorOf(node: Node): Node {
        if (node.kind === 'directory') return directoryOf(node);
        let file = files.get(node);
        if (file === undefined) {
          file = simFile(node.content.afterCrash(fate, random, survival), 0);
          files.set(node, file);
        }
        file.linkCount++;
        return file;
      }
      function directoryOf(directory: Directory): Directory {
        const entries = new Map(
          Array.from(namesIn(directory), ([name, node]) => [name, survivorOf(node)]),
        );
        return { kind: 'directory', entries, durable: new Map(entries) };
      }
      return createSimTree(directoryOf(root));
    },
  };
}

type Place = {
  readonly directory: Directory;
  readonly name: string;
  readonly node: Node | undefined;
};

function checkReplaceable(node: Node, replaced: Node, from: string): void {
  if (node.kind === 'file' && replaced.kind === 'file') return;
  if (replaced.kind === 'file') throw failure('not-directory', 'rename', from);
  if (node.kind === 'file') throw failure('is-directory', 'rename', from);
  if (replaced.entries.size > 0) throw failure('not-empty', 'rename', from);
}

function simFile(content: SimContent, linkCount: number): SimFile {
  return { kind: 'file', content, linkCount, openCount: 0 };
}

function emptyDirectory(): Directory {
  return { kind: 'directory', entries: new Map(), durable: new Map() };
}

function filesBelow(directory: Directory, found = new Set<SimFile>()): Set<SimFile> {
  for (const node of directory.entries.values()) {
    if (node.kind === 'file') found.add(node);
    else filesBelow(node, found);
  }
  return found;
}

function namesOf(path: string): string[] {
  return posix
    .resolve('/', path)
    .split('/')
    .filter((name) => name !== '');
}

function isBelow(path: string, above: string): boolean {
  const names = namesOf(path);
  const aboveNames = namesOf(above);
  return names.length > aboveNames.length && aboveNames.every((name, i) => names[i] === name);
}

function put(names: Map<string, Node>, name: string, node: Node | undefined): void {
  if (node === undefined) names.delete(name);
  else names.set(name, node);
}

function failure(code: FsErrorCode, operation: FsOperation, path: string): FsError {
  return new FsError({ code, operation, path }, 'simulated file system');
}
