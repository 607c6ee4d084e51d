import { NO_NODE, type NodeIndex } from '@emberscope/profile';
import { formatShare, formatValue, type SampleUnit } from '@emberscope/units';
import { type FlameModel, functionOfNode, isWithin, totalOfNode } from './flame-model.ts';
import { noteOfFrame } from './frame-notes.ts';
import { nameOfOrigin, originOfFile } from './package-of-file.ts';

/** What a tooltip and a screen reader say of a frame. */
export type FrameWords = {
  readonly name: string;
  /** `src/db.ts:42`; empty when nobody knows. */
  readonly place: string;
  readonly origin: string;
  /** What it is when it is no function; empty for functions. */
  readonly note: string;
  readonly self: string;
  readonly total: string;
  /** Of all that was selected, also what no tree shows. */
  readonly shareOfAll: string;
  readonly selfShareOfAll: string;
  /** Of the frame that fills the view; undefined for the frames above it, which are no part of it. */
  readonly ofView: { readonly share: string; readonly selfShare: string } | undefined;
};

/** `allTotal` is what shares of all are taken of; `top` the frame that fills the view. */
export function wordsOfFrame(
  model: FlameModel,
  node: NodeIndex,
  top: NodeIndex,
  unit: SampleUnit,
  allTotal: number,
): FrameWords {
  const { name, file, line } = functionOfNode(model, node);
  const self = Number(model.tree.self[node] ?? 0);
  const total = totalOfNode(model, node);
  const viewTotal = top === NO_NODE ? allTotal : totalOfNode(model, top);
  return {
    name: name === '' ? '(no name)' : name,
    place: placeOf(file, line),
    origin: nameOfOrigin(originOfFile(file)),
    note: noteOfFrame(name, file),
    self: formatValue(self, unit),
    total: formatValue(total, unit),
    shareOfAll: formatShare(total, allTotal),
    selfShareOfAll: formatShare(self, allTotal),
    ofView: isWithin(model, top, node)
      ? { share: formatShare(total, viewTotal), selfShare: formatShare(self, viewTotal) }
      : undefined,
  };
}

/** `src/db.ts:42`, `src/db.ts` when the line is unknown, empty without a file. */
export function placeOf(file: string, line: number): string {
  if (file === '') return '';
  return line === 0 ? file : `${file}:${line}`;
}

/** A sentence for a screen reader, and what the frame is when it is no function. */
export function sentenceOfFrame(words: FrameWords): string {
  const place = words.place === '' ? '' : `, ${words.place}`;
  const costs = `${words.total} in total, ${words.shareOfAll} of all; itself ${words.self}`;
  const note = words.note === '' ? '' : `. ${words.note}`;
  return `${words.name}${place}: ${costs}${note}`;
}
