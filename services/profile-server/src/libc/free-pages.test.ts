import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

const hasKoffi = await import('koffi').then(
  () => true,
  () => false,
);

function whySkipped(): string | false {
  const { header } = process.report.getReport() as { header: { glibcVersionRuntime?: string } };
  if (header.glibcVersionRuntime === undefined) return 'the C library is not glibc';
  return !hasKoffi && 'koffi, which is optional, is not installed';
}

/** Frees nearly all of many small arrays: the few that stay keep glibc from giving anything back. */
const SCRIPT = `
  import { giveBackFreePages } from '${new URL('./free-pages.js', import.meta.url)}';
  const residentMiB = () => Math.round(process.memoryUsage.rss() / 1024 / 1024);
  let all = Array.from({ length: 4000 }, () => Buffer.allocUnsafeSlow(40_000).fill(1));
  all = all.map((each, i) => (i % 50 === 0 ? each : null));
  globalThis.gc();
  const before = residentMiB();
  giveBackFreePages();
  const after = residentMiB();
  giveBackFreePages();
  console.log(JSON.stringify({ before, after, kept: all.filter((each) => each?.[0] === 1).length }));
`;

test('what lies between arrays that are in use is given back, and these are as they were', {
  skip: whySkipped(),
}, () => {
  const said = execFileSync(
    process.execPath,
    ['--expose-gc', '--input-type=module', '--eval', SCRIPT],
    {
      encoding: 'utf8',
      env: { ...process.env, MALLOC_ARENA_MAX: '2', MALLOC_MMAP_THRESHOLD_: '131072' },
    },
  );
  const { before, after, kept } = JSON.parse(said);
  assert.ok(before - after > 100, `${before} MiB before, ${after} MiB after`);
  assert.equal(kept, 80);
});

test('a thread that is ended while it does so for the first time ends alone', () => {
  const program = new URL('./testing/free-pages-ends.js', import.meta.url);
  const said = execFileSync(process.execPath, [fileURLToPath(program)], { encoding: 'utf8' });
  assert.equal(said, 'all ended\n');
});
