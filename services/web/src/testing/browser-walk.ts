/**
 * A real browser walks through the built page against drawn answers. Needs Debian's Chromium and
 * skips without it; run by `npm run test:browser -w services/web`, which builds first.
 */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { Code, ConnectError } from '@connectrpc/connect';
import { PageService } from '@emberscope/protocol/page';
import type { Browser, Page } from 'playwright-core';
import { seriousFindings } from './axe.ts';
import { chromiumMissing, openPage, type PageOptions, startBrowser } from './browser.ts';
import { createDrawnService, drawnPageService } from './drawn-page-service.ts';
import {
  breadcrumbs,
  coloursOnCanvas,
  firstPaintedPx,
  flameGraph,
  graphIsThere,
  headline,
  pictureOnCanvas,
  pointAt,
  search,
  tooltip,
  tooltipOfZoomed,
} from './drive.ts';
import { type PageServer, servePage } from './page-server.ts';
import { walkRealServer } from './walk-real-server.ts';

const BUILT_PAGE = fileURLToPath(new URL('../../dist', import.meta.url));
const WORKER = '#/explore?service=ingest-worker';
/** A range that does not move, where a picture is compared with itself. */
const FIXED = `${WORKER}&range=1764151200000-1764152099999`;
/** The details of a function beside it. */
const DETAILS = '&details=elDataConverter!./src/database/el-data-converter.ts!42';
const NARROW: PageOptions = { width: 390, height: 844, isTouch: true };

describe('a browser on the page', { skip: chromiumMissing() ?? false }, () => {
  const drawn = createDrawnService();
  let server: PageServer;
  let browser: Browser;

  before(async () => {
    // Below a path, as behind a proxy: an address that is not relative would be a 404 here.
    server = await servePage(BUILT_PAGE, '/profiles/', (router) =>
      router.service(PageService, drawnPageService(drawn)),
    );
    browser = await startBrowser();
  });

  after(async () => {
    await browser?.close();
    await server?.close();
  });

  /** A step of the walk: a page of its own at an address, and no complaints at its end. */
  async function walk(
    hash: string,
    options: PageOptions,
    steps: (page: Page) => Promise<void>,
    allowed: RegExp = /^$/,
  ): Promise<void> {
    const { page, complaints } = await openPage(browser, options);
    try {
      await page.goto(server.address + hash);
      await steps(page);
      const unexpected = complaints.filter((each) => !allowed.test(each));
      assert.deepEqual(unexpected, []);
    } finally {
      await page.context().close();
    }
  }

  it('lists services by trouble, finds one by name, and leads to what it spent', () =>
    walk('', {}, async (page) => {
      const rows = page.getByRole('row');
      await page.getByRole('link', { name: 'ingest-worker' }).waitFor();
      assert.equal(await page.title(), 'Services · Emberscope');
      assert.equal(await rows.count(), 4);
      assert.match(
        await rows.nth(1).innerText(),
        /ingest-worker.*1\.26 cores.*38, longest 1\.9 s/s,
      );
      assert.match(await rows.nth(2).innerText(), /demo-worker.*silent.*15 min ago/s);
      assert.deepEqual(await seriousFindings(page), []);

      await page.getByRole('searchbox', { name: 'Find a service' }).fill('EU-WEST api');
      assert.equal(await rows.count(), 2);
      await page.getByRole('link', { name: 'demo-api' }).click();
      await graphIsThere(page);
      await page.waitForURL(
        /#\/explore\?service=demo-api&labels=cluster%3D%22eu-west%22&last=60m$/,
      );
      assert.equal(await page.getByLabel('Label filter').inputValue(), 'cluster="eu-west"');
    }));

  it('names only views that are there', () =>
    walk('', {}, async (page) => {
      const views = page.getByRole('navigation', { name: 'Views' });
      assert.deepEqual(await views.locator(':scope > *').allInnerTexts(), ['Services', 'Explore']);
    }));

  it('says what a minute cost, and draws it', () =>
    walk(WORKER, {}, async (page) => {
      await graphIsThere(page);
      assert.match(await headline(page), /^2 min 44 s of CPU in 15 min/);
      assert.ok((await coloursOnCanvas(page)) > 50, 'the canvas shows a graph');
      assert.equal(await page.title(), 'ingest-worker · CPU · Emberscope');
      assert.deepEqual(await seriousFindings(page), []);
    }));

  it('explains the frame under the pointer, and never covers it', () =>
    walk(WORKER, {}, async (page) => {
      await graphIsThere(page);
      await pointAt(page, 3, 0.5);
      const said = await tooltip(page);
      assert.equal(said.name, 'elDataConverter');
      assert.equal(said.place, './src/database/el-data-converter.ts:42');
      assert.deepEqual(said.costs, ['Total 48 s 29.3 % 29.3 %', 'Self 48 s 29.3 % 29.3 %']);
      const ring = await page.locator('.flame-ring').boundingBox();
      const box = await page.locator('.flame-tooltip').boundingBox();
      assert.ok(ring && box && box.y >= ring.y + ring.height, 'the tooltip stands below the frame');

      await page.mouse.move(10, 10);
      assert.equal(await page.locator('.flame-tooltip').count(), 0);
    }));

  it('says what a frame is that is no function, in the tooltip and in the details', () =>
    walk(WORKER, {}, async (page) => {
      await graphIsThere(page);
      await search(page, 'regex:^Garbage Collection$');
      await page.keyboard.press('Enter');
      await page.waitForTimeout(200);
      const { name, note } = await tooltipOfZoomed(page);
      assert.deepEqual([name, note.slice(0, 10)], ['Garbage Collection', 'V8 looking']);
      await page.getByRole('button', { name: 'Details' }).click();
      const drawer = page.getByRole('complementary', { name: 'Function' });
      await drawer.getByText(note).waitFor();
      assert.deepEqual(await seriousFindings(page), []);
    }));

  it('zooms with a click, out with Escape, and back and forth with the browser', () =>
    walk(WORKER, {}, async (page) => {
      await graphIsThere(page);
      await pointAt(page, 3, 0.5);
      await page.mouse.down();
      await page.mouse.up();
      const way = ['all', 'main', 'processReport', 'elDataConverter'];
      assert.deepEqual(await breadcrumbs(page), way);
      assert.match(await headline(page), /^48 s of CPU in elDataConverter, in 15 min/);
      await page.waitForTimeout(200);
      assert.equal((await tooltipOfZoomed(page)).costs[0], 'Total 48 s 100 % 29.3 %');
      await pointAt(page, 1, 0.5);
      await page.locator('.tooltip-name', { hasText: 'main' }).waitFor();
      const above = await page.locator('.tooltip-costs').innerText();
      assert.equal(
        above.replace(/\s+/g, ' '),
        'own code of all Total 2 min 44 s 100 % Self 0 s 0 %',
      );

      await page.keyboard.press('Escape');
      assert.deepEqual(await breadcrumbs(page), ['all']);
      await page.goBack();
      assert.deepEqual(await breadcrumbs(page), way);
      await page.getByRole('button', { name: 'main', exact: true }).click();
      assert.deepEqual(await breadcrumbs(page), ['all', 'main']);
      await page.goBack();
      await page.goBack();
      assert.deepEqual(await breadcrumbs(page), ['all']);
    }));

  it('walks frames by the keyboard and says where it is', () =>
    walk(WORKER, {}, async (page) => {
      await graphIsThere(page);
      await flameGraph(page).focus();
      for (const key of ['ArrowDown', 'ArrowDown', 'ArrowDown']) await page.keyboard.press(key);
      const said = await page.locator('.flame [role="status"]').innerText();
      assert.match(
        said,
        /^elDataConverter, .*el-data-converter\.ts:42: 48 s in total, 29\.3 % of all/,
      );
      await page.keyboard.press('Enter');
      assert.equal((await breadcrumbs(page)).at(-1), 'elDataConverter');
      await page.keyboard.press('Backspace');
      assert.equal((await breadcrumbs(page)).at(-1), 'processReport');
    }));

  it('searches by name, file, package and expression, and steps to a match', () =>
    walk(WORKER, {}, async (page) => {
      await graphIsThere(page);
      const plain = await coloursOnCanvas(page);
      assert.equal(await search(page, 'eldataconv'), '1 match · 29.3 %');
      await page.waitForTimeout(100);
      assert.ok((await coloursOnCanvas(page)) < plain / 2, 'the rest of the graph is dimmed');
      assert.equal(await search(page, 'file:el-data-converter'), '1 match · 29.3 %');
      assert.match(await search(page, 'pkg:lmdb'), /^[\d,]+ matches · /);
      assert.equal(await search(page, 'regex:^el.*ter$'), '1 match · 29.3 %');
      assert.equal(await search(page, 'nobody is called so'), 'no match');
      assert.equal(await search(page, 'regex:('), 'missing closing )');
      await search(page, 'eldataconv');
      await page.keyboard.press('Enter');
      assert.equal((await breadcrumbs(page)).at(-1), 'elDataConverter');
      await page.waitForURL(/&search=eldataconv&zoom=/);
    }));

  it('says whose code it was, and leaves one package in colour', () =>
    walk(WORKER, {}, async (page) => {
      await graphIsThere(page);
      const legend = page.getByRole('group', { name: 'Self time by package' });
      const own = legend.getByRole('button', { name: /^own code/ });
      assert.match(await own.innerText(), /^own code\s+\d\d\.\d %$/);
      await own.click();
      assert.equal(await own.getAttribute('aria-pressed'), 'true');
      await page.waitForURL(/search=pkg:own%20code/);
      await own.click();
      await page.waitForURL(({ href }) => !/search=/.test(href));
    }));

  it('shows the same as a table, as both, and as a tree that keys walk', () =>
    walk(WORKER, {}, async (page) => {
      await graphIsThere(page);
      await page.keyboard.press('t');
      const functions = page.getByRole('region', { name: 'Functions' });
      assert.match(
        await functions.getByRole('row').nth(1).innerText(),
        /^elDataConverter.*48 s.*29\.3 %/s,
      );
      await page.getByRole('button', { name: 'Total' }).click();
      assert.match(await functions.getByRole('row').nth(1).innerText(), /^main.*100 %/s);
      assert.deepEqual(await seriousFindings(page), []);

      await page.keyboard.press('b');
      await functions.waitFor();
      await flameGraph(page).waitFor();

      await page.keyboard.press('c');
      const tree = page.getByRole('treegrid', { name: 'Call tree' });
      const main = tree.getByRole('row', { name: /^main/ });
      assert.equal(await main.getAttribute('aria-expanded'), 'true');
      await main.focus();
      await page.keyboard.press('ArrowDown');
      const report = tree.getByRole('row', { name: /^processReport/ });
      assert.equal(await report.getAttribute('aria-expanded'), 'false');
      await page.keyboard.press('ArrowRight');
      assert.equal(await report.getAttribute('aria-expanded'), 'true');
      await page.keyboard.press('ArrowRight');
      await tree.locator('tr[aria-level="3"]:focus').waitFor();
      assert.deepEqual(await seriousFindings(page), []);
    }));

  it('explains a function beside the graph: lines, callers, callees', () =>
    walk(WORKER, {}, async (page) => {
      await graphIsThere(page);
      await page.keyboard.press('t');
      await page.getByRole('button', { name: 'elDataConverter' }).click();
      const drawer = page.getByRole('complementary', { name: 'Function' });
      const list = (title: string) =>
        drawer.locator('section', { has: page.getByRole('heading', { name: title }) });
      assert.match(await list('Lines that ran').innerText(), /line 58\s+28 s\s+58\.3 %/);
      assert.match(
        await drawer.innerText(),
        /el-data-converter\.ts:42.*Total\s+48 s 29\.3 % of all/s,
      );
      assert.match(await list('Ran under').innerText(), /cluster="eu-west"\s+40 s/);
      assert.deepEqual(await seriousFindings(page), []);

      await list('Called by').getByRole('button', { name: 'processReport' }).click();
      await page.waitForURL(/&details=processReport!.*process-report\.ts!21/);
      await page.goBack();
      await drawer.getByRole('heading', { name: 'elDataConverter' }).waitFor();
      await page.reload();
      await graphIsThere(page);
      await drawer.getByRole('heading', { name: 'elDataConverter' }).waitFor();
      await page.keyboard.press('Escape');
      assert.equal(await drawer.count(), 0);
    }));

  it('shows how a function did in the past, to eyes, keys and screen readers', () =>
    walk(`${FIXED}${DETAILS}`, {}, async (page) => {
      const drawer = page.getByRole('complementary', { name: 'Function' });
      const chart = drawer.getByRole('group', { name: /^CPU of the function, Last 90 days/ });
      await drawer
        .getByText('A week earlier: 10.5 % of all, now 29.3 % (2.8 times as much).')
        .waitFor();
      const readout = drawer.locator('.trend-readout');
      assert.match(await readout.innerText(), /^highest: \d+ \w{3} · 1 h \d+ min$/);
      const bars = await drawer.locator('.trend-bars').boundingBox();
      assert.ok(bars);
      const point = (part: number) => page.mouse.move(bars.x + bars.width * part, bars.y + 9);
      await point(0.995);
      await readout.filter({ hasText: /^\d+ \w{3} so far · 2\d min$/ }).waitFor();
      await point(52.5 / 91);
      await readout.filter({ hasText: /^\d+ \w{3} · nothing recorded$/ }).waitFor();
      await page.mouse.move(10, 10);
      await readout.filter({ hasText: /^highest/ }).waitFor();

      await chart.focus();
      await page.keyboard.press('ArrowLeft');
      await page.keyboard.press('ArrowLeft');
      const said = drawer.getByRole('status');
      await said.filter({ hasText: /^\d+ \w{3} · 1 h \d+ min$/ }).waitFor();
      const rows = drawer.getByRole('table', { name: /^Last 90 days/ }).getByRole('row');
      assert.equal(await rows.count(), 1 + 91 - 5, 'a head, and no row for days without a value');
      assert.match(await rows.last().innerText(), /so far\s+2\d min$/);
      assert.deepEqual(await seriousFindings(page), []);

      await page.getByLabel('Profile type').selectOption('Memory in use');
      await drawer
        .getByText('A week earlier: 80 MB, 10.5 % of all; now 240 MB, 29.3 % (3 times as much).')
        .waitFor();
    }));

  it('is silent of the past of a function when nothing is older', () =>
    walk(`${FIXED}${DETAILS}`, {}, async (page) => {
      drawn.recordedDays = 1;
      await page.reload();
      try {
        await page.getByRole('heading', { name: 'Called by' }).waitFor();
        await page.locator('.trend-place .picture').waitFor({ state: 'attached' });
        assert.equal(await page.locator('.trend-place').innerText(), '');
      } finally {
        drawn.recordedDays = 91;
      }
    }));

  it('lists no lines that ran when the agent knows only where a function begins', () =>
    walk(`${WORKER}${DETAILS}`, {}, async (page) => {
      drawn.knowsLines = false;
      await page.reload();
      try {
        await page.getByRole('heading', { name: 'Called by' }).waitFor();
        assert.equal(await page.getByRole('heading', { name: 'Lines that ran' }).count(), 0);
      } finally {
        drawn.knowsLines = true;
      }
    }));

  it('takes a label filter, and points at what it cannot read', () =>
    walk(WORKER, {}, async (page) => {
      await graphIsThere(page);
      const filter = page.getByLabel('Label filter');
      await filter.fill('cluster=eu');
      await filter.press('Enter');
      assert.match(
        await page.getByRole('alert').innerText(),
        /^At character 9: expected a quoted value/,
      );
      assert.equal(await filter.getAttribute('aria-invalid'), 'true');
      await page.waitForURL(({ href }) => !/labels=/.test(href));

      await filter.fill('cluster="eu-west"');
      assert.equal(await page.getByRole('alert').count(), 0);
      await filter.press('Enter');
      await graphIsThere(page);
      await page.waitForURL(/labels=cluster%3D%22eu-west%22/);
      assert.equal(drawn.selectors.at(-1), '{service_name="ingest-worker", cluster="eu-west"}');
    }));

  it('sees the first profile of a service at the next refresh', () =>
    walk(WORKER, {}, async (page) => {
      drawn.isEmpty = true;
      await page.reload();
      try {
        await page
          .getByRole('heading', { name: 'No profiles of ingest-worker in this range' })
          .waitFor();
        await page
          .getByText('do not reach this server, directly or through a collector.')
          .waitFor();
        assert.deepEqual(await seriousFindings(page), []);
      } finally {
        drawn.isEmpty = false;
      }
      await page.getByRole('button', { name: 'Refresh' }).click();
      // Sooner than another minute begins, as a rule, and than a live page asks by itself.
      await page.locator('.headline strong').waitFor({ timeout: 5000 });
    }));

  it('says so where the graph would be when an address has a filter that cannot be read', () =>
    walk(`${WORKER}&labels=cluster%3D`, {}, async (page) => {
      await page.getByRole('heading', { name: 'The label filter cannot be read' }).waitFor();
    }));

  it('changes range and profile type', () =>
    walk(WORKER, {}, async (page) => {
      await graphIsThere(page);
      await page.getByLabel('Range').selectOption('last 3 h');
      await page.waitForURL(/&last=180m$/);
      await page.getByLabel('Profile type').selectOption('Memory in use');
      await page.locator('.headline', { hasText: 'in use on average' }).waitFor();
      await page.keyboard.press('[');
      await page.waitForURL(/&range=\d+-\d+$/);
    }));

  it('narrows the graph to a stretch that is dragged on the timeline, or chosen by arrows', () =>
    walk(FIXED, {}, async (page) => {
      await graphIsThere(page);
      const chart = await page.locator('.timeline .u-over').boundingBox();
      assert.ok(chart);
      const y = chart.y + chart.height / 2;
      await page.mouse.move(chart.x + chart.width * 0.25, y);
      await page.mouse.down();
      await page.mouse.move(chart.x + chart.width * 0.5, y, { steps: 4 });
      await page.mouse.up();
      const chip = page.getByTitle('Show the whole range again');
      await chip.waitFor();
      const [, from, to] = /window=(\d+)-(\d+)/.exec(page.url()) ?? [];
      const seconds = (Number(to) - Number(from)) / 1000;
      assert.ok(seconds > 200 && seconds < 250, `a quarter of 15 min, and not ${seconds} s`);

      await chip.click();
      await page.waitForURL(({ href }) => !/window=/.test(href));
      await page.getByRole('group', { name: /^CPU over time/ }).focus();
      await page.keyboard.press('ArrowLeft');
      await page.keyboard.press('ArrowLeft');
      await chip.waitFor();
      await page.keyboard.press('Escape');
      await page.waitForURL(({ href }) => !/window=/.test(href));
    }));

  it('says what a bar of the timeline is worth, above the highest of them', () =>
    walk(FIXED, {}, async (page) => {
      await graphIsThere(page);
      const bars = await page.locator('.timeline .u-over').boundingBox();
      assert.ok(bars);
      await page.mouse.move(bars.x + bars.width * 0.97, bars.y + bars.height / 2);
      const readout = page.locator('.timeline-readout');
      await readout.filter({ hasText: /^26 Nov \d\d:\d\d:\d\d · [\d.]+ cores$/ }).waitFor();
      const said = await readout.boundingBox();
      assert.ok(said && said.height > 0 && said.y + said.height <= bars.y, 'it covers no bar');
    }));

  it('has room for what the value axis of the timeline says', () =>
    walk(FIXED, { width: 1280 }, async (page) => {
      drawn.costPerSecond = 400_000;
      try {
        await page.reload();
        await graphIsThere(page);
        await page.waitForTimeout(300);
        const paintedPx = await firstPaintedPx(page, '.timeline canvas');
        assert.ok(paintedPx > 2 && paintedPx < 20, `the labels begin at ${paintedPx} px`);
      } finally {
        drawn.costPerSecond = 1e9;
      }
    }));

  it('shows the same picture for the same address', () =>
    walk(`${FIXED}&search=get&zoom=main!./src/main.ts!3`, {}, async (page) => {
      await graphIsThere(page);
      await page.waitForTimeout(300);
      const [crumbs, picture] = [await breadcrumbs(page), await pictureOnCanvas(page)];
      assert.deepEqual(crumbs, ['all', 'main']);
      await page.reload();
      await graphIsThere(page);
      await page.waitForTimeout(300);
      assert.deepEqual(await breadcrumbs(page), crumbs);
      assert.equal(await pictureOnCanvas(page), picture);
      await search(page, '');
      await page.waitForTimeout(300);
      assert.notEqual(await pictureOnCanvas(page), picture, 'another address, another picture');
    }));

  it('is dark for who likes it dark, and keeps the choice', () =>
    walk(WORKER, { colours: 'dark' }, async (page) => {
      await graphIsThere(page);
      const background = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
      assert.equal(await background(), 'rgb(22, 20, 15)');
      assert.deepEqual(await seriousFindings(page), []);
      await page.getByRole('button', { name: 'Light colours' }).click();
      assert.equal(await background(), 'rgb(251, 250, 248)');
      await page.reload();
      await graphIsThere(page);
      assert.equal(await background(), 'rgb(251, 250, 248)');
    }));

  it('paints all in the theme that is chosen, as a reload does', () =>
    walk(FIXED, {}, async (page) => {
      const pictures = async () => {
        await graphIsThere(page);
        await page.waitForTimeout(300);
        return [await pictureOnCanvas(page, '.timeline canvas'), await pictureOnCanvas(page)];
      };
      const light = await pictures();
      await page.getByRole('button', { name: 'Dark colours' }).click();
      const dark = await pictures();
      assert.ok(dark.every((each, place) => each !== light[place]));
      await page.reload();
      assert.ok(
        (await pictures()).every((each, place) => each === dark[place]),
        'dark reloaded',
      );
      await page.getByRole('button', { name: 'Light colours' }).click();
      assert.ok(
        (await pictures()).every((each, place) => each === light[place]),
        'light again',
      );
    }));

  it('fits 390 px: nothing is cut off, and a finger explains first and zooms then', () =>
    walk(WORKER, NARROW, async (page) => {
      await graphIsThere(page);
      // The view scrolls for itself, so the document alone would not tell.
      const width = () =>
        page.evaluate(() =>
          Math.max(
            document.documentElement.scrollWidth,
            document.querySelector('main')?.scrollWidth ?? 0,
          ),
        );
      assert.equal(await width(), 390);
      const graph = await flameGraph(page).boundingBox();
      assert.ok(graph && graph.width > 350, 'the graph has the whole width');
      const tap = () => page.touchscreen.tap(graph.x + graph.width / 2, graph.y + 3.5 * 19);
      await tap();
      assert.equal((await tooltip(page)).name, 'elDataConverter');
      assert.deepEqual(await breadcrumbs(page), ['all']);
      await tap();
      assert.equal((await breadcrumbs(page)).at(-1), 'elDataConverter');
      assert.deepEqual(await seriousFindings(page), []);
      await page.goto(`${server.address}#/services`);
      await page.getByRole('link', { name: 'ingest-worker' }).waitFor();
      assert.equal(await width(), 390);
      const cells = page.locator('.services-table tbody :is(th, td)');
      const cut = await cells.evaluateAll((all) =>
        all
          .filter(({ scrollWidth, clientWidth }) => scrollWidth > clientWidth)
          .map(({ textContent }) => textContent),
      );
      assert.deepEqual(cut, [], 'every cell has room for its words');
      assert.deepEqual(await seriousFindings(page), []);
    }));

  it('keeps the old picture while it waits, and stops on Cancel', () =>
    walk(WORKER, {}, async (page) => {
      await graphIsThere(page);
      drawn.delayMillis = 5000;
      try {
        await page.getByLabel('Range').selectOption('last 5 min');
        const cancel = page.locator('.result-place').getByRole('button', { name: 'Cancel' });
        await cancel.waitFor();
        assert.ok((await coloursOnCanvas(page)) > 50, 'the old picture is still there');
        await cancel.click();
        await page.locator('.result-place').getByText('Cancelled').waitFor();
      } finally {
        drawn.delayMillis = 0;
      }
    }));

  it('says what failed where the result would be, and retries', () =>
    walk(
      '',
      {},
      async (page) => {
        drawn.failure = new ConnectError('the store is closed', Code.Unavailable);
        await page.reload();
        try {
          await page.getByText('The server is starting or stopping').waitFor();
          await page.getByText('the store is closed').waitFor();
          assert.deepEqual(await seriousFindings(page), []);
        } finally {
          drawn.failure = undefined;
        }
        await page.getByRole('button', { name: 'Retry' }).click();
        await page.getByRole('link', { name: 'ingest-worker' }).waitFor();
      },
      /^console error: Failed to load resource: .* 503 /,
    ));

  it('says once that the server is away, is not live meanwhile, and goes on when it is back', () =>
    walk(
      // Of a day, which a live page asks for once a minute: nothing is asked between the steps.
      `${WORKER}&last=1440m${DETAILS}`,
      {},
      async (page) => {
        await graphIsThere(page);
        await page.getByRole('heading', { name: 'Called by' }).waitFor();
        const live = page.locator('.live-button');
        assert.equal(await live.innerText(), 'Live');
        // The connection is cut as by a server that has ended; the page has its files already.
        await page.route('**/emberscope.page.v1.PageService/*', (route) =>
          route.abort('connectionrefused'),
        );
        await page.getByRole('button', { name: 'Refresh' }).click();
        const alert = page.getByRole('alert');
        await alert.waitFor();
        await page.locator('.waiting').waitFor({ state: 'detached' });
        assert.deepEqual(await alert.allInnerTexts(), [
          'The profile server does not answer\nIs it running, and is this machine online?\nRetry',
        ]);
        assert.equal(await page.locator('.result-place').getByRole('alert').count(), 1);
        assert.equal(await live.innerText(), 'Not live');
        assert.ok((await coloursOnCanvas(page)) > 50, 'the old picture is still there');
        // What is dimmed is old and has little contrast; the bar with its words has enough.
        const findings = await seriousFindings(page);
        assert.ok(!findings.some((each) => /live-|trouble|alert/.test(each)), findings.join('\n'));

        await page.unroute('**/emberscope.page.v1.PageService/*');
        await page.getByRole('button', { name: 'Retry', exact: true }).click();
        await alert.waitFor({ state: 'detached' });
        await graphIsThere(page);
        await page.getByRole('heading', { name: 'Called by' }).waitFor();
        assert.equal(await page.locator('.timeline-place .is-old').count(), 0);
        assert.equal(await live.innerText(), 'Live');
      },
      /^console error: Failed to load resource: net::ERR_CONNECTION_REFUSED/,
    ));

  it('shows how to send the first profile, and sees it arrive by itself', () =>
    walk('', {}, async (page) => {
      drawn.isEmpty = true;
      await page.reload();
      try {
        await page.getByRole('heading', { name: 'No profiles yet' }).waitFor();
        await page.getByText(`serverAddress: '${server.address.replace(/\/$/, '')}'`).waitFor();
        assert.deepEqual(await seriousFindings(page), []);
      } finally {
        drawn.isEmpty = false;
      }
      await page.getByRole('link', { name: 'ingest-worker' }).waitFor();
    }));

  it('is walked as a real server is: from the list to the line that burns CPU', async () => {
    const told: string[] = [];
    await walkRealServer(browser, server.address, {
      isFaultOn: true,
      screenshotFile: undefined,
      tell: (line) => told.push(line),
    });
    assert.match(told.join('\n'), /elDataConverter, .*el-data-converter\.ts:42: Total 48 s/);
    assert.match(
      told.at(-1) ?? '',
      /^details: .*el-data-converter\.ts:42, called by processReport 44 s /,
    );
  });
});
