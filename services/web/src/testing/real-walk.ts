/**
 * Walks through the page of a running server that the demo app sends to:
 *
 *     EMBERSCOPE_URL=http://127.0.0.1:4040 node dist-tsc/testing/real-walk.js
 *
 * `EMBERSCOPE_FAULT=1` says that the demo's fault is on, `EMBERSCOPE_SCREENSHOT` names a file for a
 * picture. Ends with 0 when all was seen, and without Chromium, which it says.
 */
import { chromiumMissing, startBrowser } from './browser.ts';
import { walkRealServer } from './walk-real-server.ts';

const { EMBERSCOPE_URL, EMBERSCOPE_FAULT, EMBERSCOPE_SCREENSHOT } = process.env;
const tell = (line: string): void => console.log(line);

const missing = chromiumMissing();
if (EMBERSCOPE_URL === undefined || !URL.canParse(EMBERSCOPE_URL)) {
  console.error(`EMBERSCOPE_URL is to be a server's address and is ${EMBERSCOPE_URL ?? 'not set'}`);
  process.exitCode = 1;
} else if (missing !== undefined) {
  tell(`skipped: ${missing}`);
} else {
  const browser = await startBrowser();
  try {
    await walkRealServer(browser, EMBERSCOPE_URL, {
      isFaultOn: EMBERSCOPE_FAULT === '1',
      screenshotFile: EMBERSCOPE_SCREENSHOT,
      tell,
    });
  } catch (error) {
    console.error(error instanceof Error ? error.message : String(error));
    process.exitCode = 1;
  } finally {
    await browser.close();
  }
}
