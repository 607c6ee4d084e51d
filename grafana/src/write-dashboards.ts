/**
 * Writes the dashboards to `grafana/dashboards`, from where Grafana is given them.
 *
 *     npm run build:dashboards -w grafana
 *     npm run check:dashboards -w grafana     writes nothing; exit code 1 when a file is stale
 */
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { dashboardFiles } from './dashboards.ts';

const folder = fileURLToPath(new URL('../dashboards/', import.meta.url));
const isCheck = process.argv.includes('--check');
const wanted = new Map(dashboardFiles().map(({ name, text }) => [name, text]));
const found = readdirSync(folder).filter((name) => name.endsWith('.json'));

const stale = [...wanted.keys()].filter(
  (name) => !found.includes(name) || readFileSync(`${folder}${name}`, 'utf8') !== wanted.get(name),
);
const left = found.filter((name) => !wanted.has(name));

if (isCheck) {
  for (const name of stale)
    console.error(`grafana/dashboards/${name} is not what grafana/src makes`);
  for (const name of left)
    console.error(`grafana/dashboards/${name} is made by nothing in grafana/src`);
  if (stale.length + left.length > 0) {
    console.error('run: npm run build:dashboards -w grafana');
    process.exitCode = 1;
  }
} else {
  for (const name of stale) writeFileSync(`${folder}${name}`, wanted.get(name) ?? '');
  for (const name of left) rmSync(`${folder}${name}`);
  console.log(`${wanted.size} dashboards, ${stale.length} written, ${left.length} removed`);
}
