import { existsSync } from 'node:fs';
import { type Browser, chromium, type Page } from 'playwright-core';

/** Debian's: a browser is no package of npm's, and none is downloaded for a test. */
const CHROMIUM = '/usr/bin/chromium';

/** Nothing but what is tested: no GPU, no second protocol, no calls home. */
const FLAGS: readonly string[] = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** How long any step of a walk may take: a page that needs longer on a busy machine is broken. */
const STEP_LIMIT_MILLIS = 15_000;

/** Why there can be no walk; undefined when there can. A reason for `node:test` to skip with. */
export function chromiumMissing(): string | undefined {
  return existsSync(CHROMIUM)
    ? undefined
    : `no browser at ${CHROMIUM}: install Debian's package chromium to walk through the page`;
}

/** Playwright gives every browser a new, empty folder for its user, and removes it at the end. */
export function startBrowser(): Promise<Browser> {
  return chromium.launch({ executablePath: CHROMIUM, args: [...FLAGS], chromiumSandbox: false });
}

export type PageOptions = {
  readonly width?: number;
  readonly height?: number;
  readonly colours?: 'light' | 'dark';
  readonly isTouch?: boolean;
};

/** A page and all that it complained about, in the order in which it did. */
export type WatchedPage = { readonly page: Page; readonly complaints: readonly string[] };

/**
 * A page of a user of its own. What it writes to its console as an error, what it throws, and what
 * the server's content security policy forbids it, is collected.
 */
export async function openPage(browser: Browser, options: PageOptions = {}): Promise<WatchedPage> {
  const { width = 1440, height = 900, colours = 'light', isTouch = false } = options;
  const context = await browser.newContext({
    viewport: { width, height },
    colorScheme: colours,
    hasTouch: isTouch,
    timezoneId: 'UTC',
  });
  context.setDefaultTimeout(STEP_LIMIT_MILLIS);
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') {
      complaints.push(`console ${message.type()}: ${message.text()}`);
    }
  });
  page.on('pageerror', (error) => complaints.push(`thrown: ${error.message}`));
  await context.exposeFunction('tellViolation', (what: string) => {
    complaints.push(`content security policy: ${what}`);
  });
  await context.addInitScript(`document.addEventListener('securitypolicyviolation', (event) =>
    window.tellViolation(event.violatedDirective + ' ' + event.blockedURI));`);
  return { page, complaints };
}
