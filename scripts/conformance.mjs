/**
 * Replays the recorded requests of a real Pyroscope against our server, in the three ways it can be
 * set up, and compares with what is known; needs ../shared/conformance:
 *
 *     node scripts/conformance.mjs               once each, on an empty data directory
 *     node scripts/conformance.mjs --rounds 2    twice in a row
 *     node scripts/conformance.mjs --used        then also by a server started on what is there now
 *     node scripts/conformance.mjs --node current --node 24
 *                                                by each Node.js; a version is had from npm, or
 *                                                skipped where that cannot be; a path is also good
 *     node scripts/conformance.mjs --update      writes what does not pass yet down anew
 *
 * Cases that do not pass yet are listed in conformance/not-yet.json. One that fails and is not listed
 * fails this; so does one that is listed and passes, so that the list only ever gets shorter.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { nodeBinary } from './conformance/node-binary.mjs';
import { optionsOf } from './conformance/options.mjs';
import { PROFILES } from './conformance/profiles.mjs';
import { runProfile } from './conformance/run-profile.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const runner = join(root, '../shared/conformance/run.mjs');
const listFile = join(root, 'scripts/conformance/not-yet.json');

const options = optionsOf(process.argv.slice(2));
if (options.problem !== undefined) {
  console.error(options.problem);
  process.exit(2);
}
if (!existsSync(runner)) {
  console.log('skipped: the recorded answers are not part of the project (../shared/conformance)');
  process.exit(0);
}

const listed = new Set(JSON.parse(readFileSync(listFile, 'utf8')));
const failed = new Set();
let passedCount = 0;
let listedCount = 0;
let wrongCount = 0;
for (const wanted of options.nodes) {
  const node = nodeBinary(wanted);
  if (node.reason !== undefined) {
    console.log(`skipped Node.js ${wanted}, which cannot be had here: ${node.reason}`);
    continue;
  }
  for (const profile of Object.keys(PROFILES))
    for (const run of await runProfile(runner, node, profile, options)) tell(run);
}

if (options.isUpdate) {
  writeFileSync(listFile, `${JSON.stringify([...failed].sort(), undefined, 2)}\n`);
  console.log(`${failed.size} cases are listed as not passing yet`);
  process.exit(0);
}
console.log(`${listedCount} cases do not pass yet, as listed`);
console.log(`${passedCount} passed, ${wrongCount} failed`);
process.exit(wrongCount === 0 ? 0 : 1);

function tell({ title, results }) {
  const before = { passed: passedCount, wrong: wrongCount };
  for (const { id, ok, fails } of results) {
    if (!ok) failed.add(id);
    if (!ok && listed.has(id)) listedCount++;
    else if (ok && !listed.has(id)) passedCount++;
    else {
      wrongCount++;
      if (ok) console.log(`passes now, take it from the list: ${id}`);
      else console.log(`FAIL ${id}\n     ${JSON.stringify(fails).slice(0, 600)}`);
    }
  }
  console.log(
    `${title}: ${passedCount - before.passed} passed, ${wrongCount - before.wrong} failed`,
  );
}
