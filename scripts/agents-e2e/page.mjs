import { join } from 'node:path';
import { chromiumMissing, startBrowser } from '../../services/web/dist-tsc/testing/browser.js';
import { searchRealServer } from '../../services/web/dist-tsc/testing/search-real-server.js';

/** The page of a server in a browser. `missing` says why there is none; nothing is to be searched then. */
export async function openPage(url, pictureFolder) {
  const missing = chromiumMissing();
  const browser = missing === undefined ? await startBrowser() : undefined;
  return {
    missing,
    /** Looks a service's function up as a reader does, and returns what the page says of it. */
    search: (service, { inPage, types: [profileType] }) =>
      searchRealServer(browser, url, {
        service,
        profileType,
        functionName: inPage,
        screenshotFile: pictureFolder && join(pictureFolder, `${service}.png`),
      }),
    close: async () => browser?.close(),
  };
}
