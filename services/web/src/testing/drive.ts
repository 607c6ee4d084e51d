import assert from 'node:assert/strict';
import type { Page } from 'playwright-core';
import { ROW_PX } from '../flame-graph/paint-flame-graph.ts';

/*
 * What a reader does on the page, for walks of a browser. Elements are found by role and name, as a
 * screen reader finds them; only the picture on the canvas is found by its place.
 */

/** Waits until the answer is drawn: the sentence stands, and nothing above the graph waits. */
export async function graphIsThere(page: Page): Promise<void> {
  await page.locator('.headline strong').waitFor();
  await page.locator('.waiting').waitFor({ state: 'detached' });
}

export function headline(page: Page): Promise<string> {
  return page.locator('.headline').innerText();
}

/** Names from `all` to the frame that fills the view. */
export function breadcrumbs(page: Page): Promise<string[]> {
  return page.getByRole('navigation', { name: 'Zoom' }).locator('.crumb').allInnerTexts();
}

export function flameGraph(page: Page) {
  return page.getByRole('application', { name: /^Flame graph/ });
}

/** Searches and returns what stands beside the field: `1 match · 29.3 %`. */
export async function search(page: Page, text: string): Promise<string> {
  await page.getByRole('searchbox', { name: 'Search functions' }).fill(text);
  return page.locator('#search-outcome').innerText();
}

/** Points at a place of the picture, in rows from the top and a fraction from the left. */
export async function pointAt(page: Page, row: number, fraction: number): Promise<void> {
  const graph = flameGraph(page);
  const box = await graph.boundingBox();
  assert.ok(box, 'the flame graph is on screen');
  const y = row * ROW_PX + ROW_PX / 2;
  const scrolled = await graph.evaluate((element, wanted) => {
    element.scrollTop = Math.max(0, wanted - element.clientHeight / 2);
    return element.scrollTop;
  }, y);
  await page.mouse.move(box.x + box.width * fraction, box.y + y - scrolled);
}

/** Points at the frame that fills the view, and returns what is said of it there. */
export async function tooltipOfZoomed(page: Page): Promise<Tooltip> {
  const row = (await breadcrumbs(page)).length - 1;
  // A move first, so that the pointer does not already stand where nothing would happen.
  await pointAt(page, 0, 0.5);
  await pointAt(page, row, 0.5);
  return tooltip(page);
}

export type Tooltip = {
  readonly name: string;
  readonly place: string;
  /** What a frame is that is no function; empty for functions. */
  readonly note: string;
  /** In words, a line for each row: `Total 48 s 29.3 % 29.3 %`. */
  readonly costs: readonly string[];
};

export async function tooltip(page: Page): Promise<Tooltip> {
  const box = page.locator('.flame-tooltip');
  await box.waitFor();
  const rows = await box.locator('tbody tr').allInnerTexts();
  const textOf = async (selector: string): Promise<string> =>
    (await box.locator(selector).allInnerTexts())[0] ?? '';
  return {
    name: await box.locator('.tooltip-name').innerText(),
    place: await textOf('.tooltip-place'),
    note: await textOf('.tooltip-note'),
    costs: rows.map((row) => row.replace(/\s+/g, ' ').trim()),
  };
}

/** How far from its left edge a canvas is first painted on, at any height; its width when nowhere. */
export function firstPaintedPx(page: Page, canvas: string): Promise<number> {
  return page.locator(canvas).evaluate((element) => {
    const { width, height } = element as HTMLCanvasElement;
    const copy = new OffscreenCanvas(width, height);
    const context = copy.getContext('2d', { willReadFrequently: true });
    if (context === null) return width;
    context.drawImage(element as HTMLCanvasElement, 0, 0);
    const pixels = new Uint32Array(context.getImageData(0, 0, width, height).data.buffer);
    const isPainted = (column: number) =>
      Array.from({ length: height }, (_, row) => pixels[row * width + column]).some(Boolean);
    const columns = Array.from({ length: width }, (_, column) => column);
    return columns.find(isPainted) ?? width;
  });
}

/** How many different colours a picture of the canvas has: a graph has many, an empty one has one. */
export function coloursOnCanvas(page: Page): Promise<number> {
  return page.locator('.flame-canvas').evaluate((element) => {
    const canvas = element as HTMLCanvasElement;
    // A copy, since reading the page's own canvas would make the browser draw it another way.
    const copy = new OffscreenCanvas(canvas.width, canvas.height);
    const context = copy.getContext('2d', { willReadFrequently: true });
    if (context === null) return 0;
    context.drawImage(canvas, 0, 0);
    const { data } = context.getImageData(0, 0, canvas.width, canvas.height);
    return new Set(new Uint32Array(data.buffer)).size;
  });
}

/** The picture as text, to compare with another; that of the flame graph unless told otherwise. */
export function pictureOnCanvas(page: Page, canvas = '.flame-canvas'): Promise<string> {
  return page.locator(canvas).evaluate((element) => (element as HTMLCanvasElement).toDataURL());
}
