import assert from 'node:assert/strict';
import type { Browser } from 'playwright-core';
import { EXPLORE, formatPageState } from '../page-state.ts';
import { openPage } from './browser.ts';
import { coloursOnCanvas, graphIsThere, search } from './drive.ts';

/** What is looked for in the page, and where. */
export type Sought = {
  readonly service: string;
  /** Empty for what the page opens by itself. */
  readonly profileType: string;
  readonly functionName: string;
  /** Where a picture of what was found goes; undefined for none. */
  readonly screenshotFile: string | undefined;
};

/**
 * Opens a service in the page of a running server and searches its flame graph: `1 match · 29.3 %`, as
 * the page says it. Throws when the function is not there, or when the browser complains.
 */
export async function searchRealServer(
  browser: Browser,
  baseUrl: string,
  { service, profileType, functionName, screenshotFile }: Sought,
): Promise<string> {
  const { page, complaints } = await openPage(browser);
  try {
    const state = formatPageState({ ...EXPLORE, service, profileType, isLive: false });
    await page.goto(`${baseUrl.replace(/\/+$/, '')}/${state}`);
    await graphIsThere(page);
    assert.ok((await coloursOnCanvas(page)) > 2, 'there is a flame graph');
    const outcome = await search(page, functionName);
    assert.match(outcome, /^[1-9]\d* match/, `a search for ${functionName} in ${service}`);
    if (screenshotFile !== undefined) await page.screenshot({ path: screenshotFile });
    assert.deepEqual(complaints, [], 'neither the console nor the policy complains');
    return outcome;
  } finally {
    await page.context().close();
  }
}
