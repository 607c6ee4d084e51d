import assert from 'node:assert/strict';
import type { Browser, Page } from 'playwright-core';
import { openPage } from './browser.ts';
import { coloursOnCanvas, graphIsThere, headline, search, tooltipOfZoomed } from './drive.ts';

export type RealWalkOptions = {
  /** Whether the demo's fault is on: then its function must be plain to see. */
  readonly isFaultOn: boolean;
  /** Where a picture of what was found goes; undefined for none. */
  readonly screenshotFile: string | undefined;
  /** Says what was seen, a line for each step. */
  readonly tell: (line: string) => void;
};

/** The demo's worker and the function in it that its fault slows down. */
const SERVICE = 'demo-worker';
const FUNCTION = 'elDataConverter';
const PLACE = /src\/database\/el-data-converter\.ts:[1-9]\d*$/;

/** With the fault on, the function has at least this much of all CPU. */
const FAULT_MIN_PERCENT = 20;

/** Agents send every 10 to 60 seconds, and the first profile may come late. */
const ARRIVAL_LIMIT_MILLIS = 120_000;
const ASK_AGAIN_MILLIS = 2000;

/**
 * Walks from the list of services to the line that burns CPU, in the page of a running server that
 * the demo sends to. Throws what does not hold.
 */
export async function walkRealServer(
  browser: Browser,
  baseUrl: string,
  { isFaultOn, screenshotFile, tell }: RealWalkOptions,
): Promise<void> {
  const { page, complaints } = await openPage(browser);
  try {
    await page.goto(`${baseUrl.replace(/\/+$/, '')}/`);
    await untilSeen(page, `the service ${SERVICE} in the list`, () =>
      page.getByRole('link', { name: SERVICE, exact: true }).first().isVisible(),
    );
    const row = page.getByRole('row', { name: SERVICE }).first();
    tell(`listed: ${(await row.innerText()).replace(/\s+/g, ' ')}`);

    await page.getByRole('link', { name: SERVICE, exact: true }).first().click();
    await graphIsThere(page);
    const type = page.getByLabel('Profile type').locator('option:checked');
    assert.equal(await type.innerText(), 'CPU', 'a service opens with its CPU');
    await untilSeen(page, 'a flame graph', async () => (await coloursOnCanvas(page)) > 4);
    tell(`sentence: ${(await headline(page)).replace(/\s*\n\s*/g, ' · ')}`);
    assert.match(await headline(page), /^\d[\d.]* \S+.* of CPU in \d/);

    // The first profiles are of the start; the fault is plain once there was some load.
    const wantedPercent = isFaultOn ? FAULT_MIN_PERCENT : 0;
    let outcome = '';
    const wanted = `${FUNCTION} in the graph, with more than ${wantedPercent} % of CPU`;
    await untilSeen(page, wanted, async () => {
      outcome = await search(page, FUNCTION);
      return Number(/([\d.]+) %$/.exec(outcome)?.[1] ?? 0) > wantedPercent;
    });
    tell(`search for ${FUNCTION}: ${outcome}`);

    // Still, so that no answer comes between the step to the frame and the look at it.
    await page.getByRole('button', { name: 'Live' }).click();
    await page.getByRole('button', { name: 'Next match' }).click();
    await graphIsThere(page);
    const { name, place, costs } = await tooltipOfZoomed(page);
    tell(`pointed at: ${name}, ${place}: ${costs.join('; ')}`);
    assert.match(name, new RegExp(FUNCTION));
    assert.match(place, PLACE);

    await page.getByRole('button', { name: 'Details' }).click();
    const drawer = page.getByRole('complementary', { name: 'Function' });
    // Which line ran is for agents that know it, and Node's does not: who called it is always there.
    const callers = drawer.locator('.shares', {
      has: page.getByRole('heading', { name: 'Called by' }),
    });
    const caller = (await callers.locator('li').first().innerText()).replace(/\s+/g, ' ').trim();
    const detailsPlace = await drawer.locator('.drawer-place code').innerText();
    tell(`details: ${detailsPlace}, called by ${caller}`);
    assert.match(detailsPlace, PLACE);
    if (screenshotFile !== undefined) {
      await page.screenshot({ path: screenshotFile });
      tell(`picture: ${screenshotFile}`);
    }
    assert.deepEqual(complaints, [], 'neither the console nor the policy complains');
  } finally {
    await page.context().close();
  }
}

/** Refreshes until something is there. What the page says meanwhile is in the error. */
async function untilSeen(page: Page, what: string, isSeen: () => Promise<boolean>): Promise<void> {
  const deadlineMillis = performance.now() + ARRIVAL_LIMIT_MILLIS;
  while (!(await isSeen())) {
    if (performance.now() > deadlineMillis) {
      const said = (await page.locator('main').innerText()).slice(0, 500);
      throw new Error(`no sign of ${what} within ${ARRIVAL_LIMIT_MILLIS / 1000} s; ${said}`);
    }
    await page.waitForTimeout(ASK_AGAIN_MILLIS);
    await page.getByRole('button', { name: 'Refresh' }).click();
  }
}
