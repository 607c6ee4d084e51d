/**
 * How fast the page is in a real browser, with drawn answers: from an answer's last byte to its
 * picture, from a pointer's move to its explanation, and each frame of a zoom. Prints a table; skips
 * without Chromium. Run by `npm run bench -w services/web`, which builds first.
 */
import { fileURLToPath } from 'node:url';
import { PageService } from '@emberscope/protocol/page';
import type { Browser, Page } from 'playwright-core';
import { chromiumMissing, openPage, startBrowser } from '../testing/browser.ts';
import { createDrawnService, drawnPageService } from '../testing/drawn-page-service.ts';
import { breadcrumbs, flameGraph, graphIsThere, pointAt } from '../testing/drive.ts';
import { servePage } from '../testing/page-server.ts';

const BUILT_PAGE = fileURLToPath(new URL('../../dist', import.meta.url));
const WORKER = '#/explore?service=ingest-worker&live=off';
/** What the page asks for by default, and the most that the API answers. */
const NODE_COUNTS: readonly number[] = [16_384, 100_000];
const LOADS = 7;
const MOVES = 200;
const ZOOMS = 10;

/**
 * Runs in the page before its own code and marks where what is measured begins and ends: the last
 * byte of a flame graph's answer and the end of the first picture after it; each animation frame.
 */
const WATCH = `
  let isArrived = false;
  const ask = window.fetch;
  window.fetch = async (...question) => {
    const answer = await ask(...question);
    if (!answer.url.endsWith('/GetFlameGraph')) return answer;
    const body = await answer.arrayBuffer();
    isArrived = true;
    performance.mark('picture-start');
    return new Response(body, { status: answer.status, headers: answer.headers });
  };
  const { clearRect } = CanvasRenderingContext2D.prototype;
  CanvasRenderingContext2D.prototype.clearRect = function (...box) {
    clearRect.apply(this, box);
    if (!isArrived || !this.canvas.matches('.flame-canvas')) return;
    isArrived = false;
    // A picture is drawn in one go, so what runs next runs when it is done.
    queueMicrotask(() => performance.mark('picture-end'));
  };
  const nextFrame = window.requestAnimationFrame;
  window.requestAnimationFrame = (callback) =>
    nextFrame.call(window, (time) => {
      performance.mark('frame-start');
      callback(time);
      performance.mark('frame-end');
    });
`;

const missing = chromiumMissing();
if (missing === undefined) await measurePage();
else console.log(`skipped: ${missing}`);

async function measurePage(): Promise<void> {
  const drawn = createDrawnService();
  const server = await servePage(BUILT_PAGE, '/', (router) =>
    router.service(PageService, drawnPageService(drawn)),
  );
  const browser = await startBrowser();
  try {
    console.log('milliseconds of the page: median, largest; in brackets by the clock');
    for (const nodeCount of NODE_COUNTS) {
      drawn.nodeCount = nodeCount;
      const { page } = await openPage(browser);
      await page.context().addInitScript(WATCH);
      const address = server.address + WORKER;
      const paints = await measure(browser, page, 'picture', () => load(page, address));
      // The first load compiles the page's code, which the browser then keeps.
      print(nodeCount, 'answer to picture', paints.slice(1));
      print(
        nodeCount,
        'move to explanation',
        await measure(browser, page, 'hover', () => hover(page)),
      );
      print(nodeCount, 'frame of a zoom', await measure(browser, page, 'frame', () => zoom(page)));
      await page.context().close();
    }
  } finally {
    await browser.close();
    await server.close();
  }
}

/** What the page's main thread did, and how long it took by the clock, in milliseconds. */
type Time = { readonly threadMillis: number; readonly clockMillis: number };

/** What of a trace's events is read; times are in microseconds. */
type Mark = { readonly name: string; readonly ts: number; readonly tts?: number };

/**
 * Times between the marks `NAME-start` and `NAME-end` while something runs. A trace tells the time
 * of the page's own thread as well, which a busy machine does not stretch.
 */
async function measure(
  browser: Browser,
  page: Page,
  name: string,
  run: () => Promise<void>,
): Promise<readonly Time[]> {
  await browser.startTracing(page, { categories: ['blink.user_timing'] });
  await run();
  const trace: { readonly traceEvents: readonly Mark[] } = JSON.parse(
    (await browser.stopTracing()).toString(),
  );
  const times: Time[] = [];
  let start: Mark | undefined;
  for (const event of trace.traceEvents.toSorted((a, b) => a.ts - b.ts)) {
    if (event.name === `${name}-start`) start = event;
    else if (event.name === `${name}-end` && start !== undefined) {
      times.push({
        threadMillis: ((event.tts ?? Number.NaN) - (start.tts ?? Number.NaN)) / 1000,
        clockMillis: (event.ts - start.ts) / 1000,
      });
      start = undefined;
    }
  }
  return times;
}

async function load(page: Page, address: string): Promise<void> {
  for (let load = 0; load < LOADS; load++) {
    await page.goto('about:blank');
    await page.goto(address);
    await graphIsThere(page);
    await page.waitForFunction("performance.getEntriesByName('picture-end').length > 0");
  }
}

/** From a move of the pointer until the explanation is in the document and laid out. */
async function hover(page: Page): Promise<void> {
  await flameGraph(page).evaluate(async (graph, moves) => {
    const { left, top, width } = graph.getBoundingClientRect();
    for (let move = 0; move < moves; move++) {
      const place = {
        clientX: left + ((move * 137) % width),
        clientY: top + 19 * (2 + (move % 5)) + 9,
      };
      const isChanged = new Promise<boolean>((resolve) => {
        const observer = new MutationObserver(() => {
          observer.disconnect();
          resolve(true);
        });
        const options = { subtree: true, childList: true, attributes: true, characterData: true };
        observer.observe(graph.parentElement ?? graph, options);
        // From nothing to nothing, nothing changes.
        setTimeout(resolve, 500, false);
      });
      performance.mark('hover-start');
      graph.dispatchEvent(
        new PointerEvent('pointermove', { ...place, bubbles: true, pointerType: 'mouse' }),
      );
      if (!(await isChanged)) continue;
      document.querySelector('.flame-tooltip')?.getBoundingClientRect();
      performance.mark('hover-end');
    }
  }, MOVES);
}

async function zoom(page: Page): Promise<void> {
  for (let zoom = 0; zoom < ZOOMS; zoom++) {
    await pointAt(page, 2, 0.5);
    await page.mouse.down();
    await page.mouse.up();
    await page.waitForTimeout(250);
    if ((await breadcrumbs(page)).length === 1) throw new Error('the click did not zoom');
    await page.keyboard.press('Escape');
    await page.waitForTimeout(250);
  }
}

function print(nodeCount: number, what: string, times: readonly Time[]): void {
  const label = `${nodeCount.toLocaleString('en')} nodes, ${what}`;
  const thread = medianAndLargest(times.map(({ threadMillis }) => threadMillis));
  const clock = medianAndLargest(times.map(({ clockMillis }) => clockMillis));
  console.log(`${label.padEnd(36)} ${thread}   (${clock}, ${times.length} times)`);
}

function medianAndLargest(times: readonly number[]): string {
  const sorted = times.toSorted((a, b) => a - b);
  return [sorted[sorted.length >> 1], sorted.at(-1)]
    .map((millis = Number.NaN) => millis.toFixed(1).padStart(7))
    .join('');
}
