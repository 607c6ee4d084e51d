import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { NO_NODE } from '@emberscope/profile';
import { sampleUnit } from '@emberscope/units';
import { drawModel, nodeNamed } from '../testing/drawn-tree.ts';
import { placeTooltip } from './FlameTooltip.tsx';
import { contrast, flameColour, luminance, luminanceOfHsl } from './flame-colours.ts';
import { noteOfFrame } from './frame-notes.ts';
import { sentenceOfFrame, wordsOfFrame } from './frame-words.ts';
import { originShares } from './origin-shares.ts';
import { nameOfOrigin, originOfFile } from './package-of-file.ts';
import { createTextFitter } from './paint-flame-graph.ts';
import { visibleTreeRows } from './tree-rows.ts';
import { viewDuringZoom, ZOOM_MILLIS } from './zoom-motion.ts';

describe('where code comes from', () => {
  const cases: readonly [file: string, origin: string][] = [
    ['./src/db.ts', 'own code'],
    ['/app/node_modules/lmdb/write.js', 'lmdb'],
    ['node_modules/@noble/hashes/sha256.js', '@noble/hashes'],
    ['/a/node_modules/.pnpm/ws@8.18.0/node_modules/ws/lib/x.js', 'ws'],
    ['C:\\app\\node_modules\\zod\\index.js', 'zod'],
    ['src/my_node_modules/x.ts', 'own code'],
    ['node:net', 'node'],
    ['', 'native'],
  ];
  for (const [file, origin] of cases) {
    it(`${file || 'no file'}: ${origin}`, () => {
      assert.equal(nameOfOrigin(originOfFile(file)), origin);
    });
  }

  it('is added up by what each cost itself, within a zoom', () => {
    const model = drawModel(`
      main@src/a.ts:1;put@node_modules/lmdb/w.js:3 5
      main@src/a.ts:1;get@node_modules/lmdb/r.js:4 2
      main@src/a.ts:1;own@src/b.ts:1 3
    `);
    const shares = (zoom: number) =>
      originShares(model, zoom).map(({ name, self }) => [name, self]);
    assert.deepEqual(shares(NO_NODE), [
      ['lmdb', 7],
      ['own code', 3],
    ]);
    assert.deepEqual(shares(nodeNamed(model, 'get')), [['lmdb', 2]]);
  });
});

describe('a frame that is no function', () => {
  const cases: readonly [name: string, file: string, note: RegExp][] = [
    ['(idle)', '', /^The main thread had no JavaScript to run\./],
    ['Non JS threads activity', '', /other threads, such as those for zlib, crypto/],
    ['Garbage Collection', '', /^V8 /],
    ['(program)', '', /^Native code /],
    ['(external)', '', /^Memory outside of V8/],
    ['(anonymous)', '', /^$/],
    ['', '', /^$/],
    ['Garbage Collection', 'src/bins.ts', /^$/],
  ];
  for (const [name, file, note] of cases) {
    it(`is explained by name, and no function is: ${name} ${file}`, () => {
      assert.match(noteOfFrame(name, file), note);
    });
  }

  it('is explained to who points at it and to who hears it', () => {
    const model = drawModel('main@src/a.ts:1 3\n(idle) 1');
    const words = (name: string) =>
      wordsOfFrame(model, nodeNamed(model, name), NO_NODE, sampleUnit('nanoseconds'), 4);
    assert.equal(words('main').note, '');
    assert.equal(sentenceOfFrame(words('main')).split('. ').length, 1);
    assert.equal(words('(idle)').note, noteOfFrame('(idle)', ''));
    assert.match(sentenceOfFrame(words('(idle)')), /^\(idle\): 1 ns .* The main thread had no /);
  });
});

describe('shares of a frame', () => {
  const model = drawModel('main;serve;json 6\nmain;serve;gzip 2\nmain;idle 2');
  const ofView = (top: string, name: string) => {
    const node = nodeNamed(model, name);
    return wordsOfFrame(model, node, nodeNamed(model, top), sampleUnit('count'), 20).ofView;
  };

  it('are of the frame that fills the view, for it and what is below', () => {
    assert.deepEqual(ofView('serve', 'serve'), { share: '100 %', selfShare: '0 %' });
    assert.deepEqual(ofView('serve', 'json'), { share: '75 %', selfShare: '75 %' });
  });

  it('are of all alone for what is above the view or beside it', () => {
    assert.equal(ofView('serve', 'main'), undefined);
    assert.equal(ofView('serve', 'idle'), undefined);
  });

  it('are of all in a view of everything', () => {
    const words = wordsOfFrame(model, nodeNamed(model, 'main'), NO_NODE, sampleUnit('count'), 20);
    assert.deepEqual([words.ofView?.share, words.shareOfAll], ['50 %', '50 %']);
  });
});

describe('colours of frames', () => {
  const files = [
    'src/a.ts',
    'src/zz.ts',
    'node_modules/lmdb/x.js',
    'node_modules/ws/x.js',
    'node:fs',
    '',
  ];
  for (const theme of ['light', 'dark'] as const) {
    it(`have text that is readable (4.5 to 1) in the ${theme} theme`, () => {
      for (const file of files) {
        for (const name of ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h']) {
          const { fill, text } = flameColour(name, file, theme);
          const [hue = 0, saturation = 0, lightness = 0] = fill.match(/[\d.]+/g)?.map(Number) ?? [];
          const channels = text.match(/[\da-f]{2}/g)?.map((hex) => parseInt(hex, 16) / 255) ?? [];
          const [red = 0, green = 0, blue = 0] = channels;
          const ratio = contrast(
            luminanceOfHsl({ hue, saturation, lightness }),
            luminance(red, green, blue),
          );
          assert.ok(ratio >= 4.5, `${fill} under ${text}: ${ratio.toFixed(2)}`);
        }
      }
    });
  }

  it('are the same for the same function, and warm for own code only', () => {
    assert.deepEqual(flameColour('f', 'src/a.ts', 'light'), flameColour('f', 'src/a.ts', 'light'));
    const hue = (file: string) =>
      Number(/hsl\((\d+)/.exec(flameColour('f', file, 'light').fill)?.[1]);
    assert.ok(hue('src/a.ts') <= 50);
    assert.ok(hue('node_modules/lmdb/x.js') >= 150);
  });
});

describe('a zoom', () => {
  const from = { left: 0, width: 1 };
  const to = { left: 0.4, width: 0.1 };
  it('begins where it was and ends where it goes', () => {
    assert.deepEqual(viewDuringZoom(from, to, 0), from);
    assert.deepEqual(viewDuringZoom(from, to, ZOOM_MILLIS), to);
  });

  it('never shows what lies outside of both', () => {
    for (let millis = 0; millis <= ZOOM_MILLIS; millis += 10) {
      const { left, width } = viewDuringZoom(from, to, millis);
      assert.ok(left >= 0 && left <= 0.4 && left + width <= 1 && left + width >= 0.5);
    }
  });
});

describe('a tooltip', () => {
  const size = { width: 200, height: 80 };
  const room = { width: 1000, top: -100, bottom: 500 };
  const box = (boxTop: number, pointerX = 300) => ({ pointerX, boxTop, boxBottom: boxTop + 19 });
  it('stands below its box', () => {
    assert.deepEqual(placeTooltip(box(40), size, room), { x: 312, y: 65 });
  });

  it('stands above where there is no room below', () => {
    assert.deepEqual(placeTooltip(box(420), size, room), { x: 312, y: 334 });
  });

  it('stays within the picture on the right', () => {
    assert.equal(placeTooltip(box(40, 990), size, room).x, 800);
  });
});

describe('text in a box', () => {
  const fitter = createTextFitter((text) => text.length * 6);
  it('is whole where it fits', () => assert.equal(fitter.fit('main', 24), 'main'));
  it('is cut where it does not', () => assert.equal(fitter.fit('processReport', 40), 'proce…'));
  it('is left out where one letter would stand', () => assert.equal(fitter.fit('main', 6), ''));
});

describe('rows of the call tree', () => {
  const model = drawModel(`
    main;serve;json;stringify 5
    main;serve;gzip 7
    main;serve 1
  `);
  const shown = (open: ReadonlyMap<string, boolean>, zoom: number = NO_NODE) =>
    visibleTreeRows(model, zoom, open).map(
      ({ key, level, state }) => `${level} ${key.split('\n').at(-1)?.split('!')[0]} ${state}`,
    );

  it('are open down to where the cost is shared, largest first', () => {
    assert.deepEqual(shown(new Map()), [
      '1 main open',
      '2 serve open',
      '3 gzip leaf',
      '3 json closed',
    ]);
  });

  it('are as the reader left them', () => {
    const json = visibleTreeRows(model, NO_NODE, new Map()).at(-1)?.key ?? '';
    assert.deepEqual(shown(new Map([[json, true]])).slice(3), ['3 json open', '4 stringify leaf']);
  });

  it('begin at the frame that fills the view', () => {
    assert.deepEqual(shown(new Map(), nodeNamed(model, 'json')), [
      '1 json open',
      '2 stringify leaf',
    ]);
  });
});
