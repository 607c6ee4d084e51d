import { type NodeIndex, visibleBoxes } from '@emberscope/profile';
import type { FlameColour, FrameColours } from './flame-colours.ts';
import type { FlameModel, View } from './flame-model.ts';

/** Height of a row in CSS pixels, the gap below it included. */
export const ROW_PX = 19;

/** Boxes narrower than this many CSS pixels are no more than noise: they are not drawn. */
const NARROWEST_PX = 0.6;
/** Narrower boxes hold no readable text: two letters and an ellipsis. */
const TEXT_MIN_PX = 26;
const TEXT_PADDING_PX = 5;
const GAP_PX = 1;

export const FLAME_FONT = '12px ui-sans-serif, system-ui, -apple-system, "Segoe UI", sans-serif';

export type FlamePicture = {
  readonly model: FlameModel;
  readonly colours: FrameColours;
  /** By frame: what a search found; undefined without a search. */
  readonly isMatch: Uint8Array | undefined;
  readonly view: View;
  /** What the row above all others says. */
  readonly wholeText: string;
  readonly widthPx: number;
  readonly heightPx: number;
  readonly scrollTopPx: number;
  readonly pixelRatio: number;
  /** For what is no function's box: the row of all, and what a search dims. */
  readonly plain: FlameColour;
  readonly dimmed: FlameColour;
};

/** Fits texts into boxes; remembers how wide texts are, since measuring is the slow part. */
export type TextFitter = { fit(text: string, widthPx: number): string };

export function createTextFitter(measure: (text: string) => number): TextFitter {
  const widths = new Map<string, number>();
  return {
    fit(text, widthPx) {
      let textPx = widths.get(text);
      if (textPx === undefined) {
        textPx = measure(text);
        widths.set(text, textPx);
      }
      if (textPx <= widthPx) return text;
      // By the mean width of its letters: a guess that is off by a letter, clipped by the box.
      const letters = Math.floor((widthPx / textPx) * text.length) - 1;
      return letters < 1 ? '' : `${text.slice(0, letters)}…`;
    },
  };
}

/**
 * Draws the part of a flame graph that is in view. The canvas holds one screen, not the whole
 * height: a tree a thousand frames deep would pass the size that browsers allow.
 */
export function paintFlameGraph(
  context: CanvasRenderingContext2D,
  picture: FlamePicture,
  fitter: TextFitter,
): void {
  const { model, view, widthPx, heightPx, scrollTopPx, pixelRatio } = picture;
  context.setTransform(pixelRatio, 0, 0, pixelRatio, 0, 0);
  context.clearRect(0, 0, widthPx, heightPx);
  context.font = FLAME_FONT;
  context.textBaseline = 'middle';

  paintBox(context, 0, widthPx, -scrollTopPx, picture.plain, picture.wholeText, fitter);

  const pxPerWhole = widthPx / view.width;
  const narrowest = NARROWEST_PX / pxPerWhole;
  const { boxes, tree, ends } = model;
  for (const node of visibleBoxes(boxes, ends, { ...view, narrowest })) {
    const y = ((boxes.depth[node] ?? 0) + 1) * ROW_PX - scrollTopPx;
    if (y + ROW_PX <= 0 || y >= heightPx) continue;
    const { left, right } = boxEdges(model, view, widthPx, node);
    if (right <= left) continue;
    const frame = tree.frame[node] ?? 0;
    const isDimmed = picture.isMatch !== undefined && picture.isMatch[frame] !== 1;
    const colour = isDimmed ? picture.dimmed : picture.colours(frame);
    paintBox(context, left, right, y, colour, tree.frames.name[frame] ?? '', fitter);
  }
}

/** Where a box lies in a view, in CSS pixels, cut off at the edges of the picture. */
export function boxEdges(
  { boxes }: FlameModel,
  view: View,
  widthPx: number,
  node: NodeIndex,
): { readonly left: number; readonly right: number } {
  const boxLeft = boxes.left[node] ?? 0;
  const boxRight = boxLeft + (boxes.width[node] ?? 0);
  return {
    left: Math.max(0, ((boxLeft - view.left) / view.width) * widthPx),
    right: Math.min(widthPx, ((boxRight - view.left) / view.width) * widthPx),
  };
}

function paintBox(
  context: CanvasRenderingContext2D,
  left: number,
  right: number,
  y: number,
  colour: FlameColour,
  text: string,
  fitter: TextFitter,
): void {
  const width = right - left;
  context.fillStyle = colour.fill;
  context.fillRect(left, y, Math.max(NARROWEST_PX, width - GAP_PX), ROW_PX - GAP_PX);
  if (width < TEXT_MIN_PX) return;
  const shown = fitter.fit(text, width - 2 * TEXT_PADDING_PX);
  if (shown === '') return;
  context.fillStyle = colour.text;
  context.fillText(shown, left + TEXT_PADDING_PX, y + (ROW_PX - GAP_PX) / 2 + 0.5);
}
