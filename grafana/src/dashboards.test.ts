import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { Panel } from '@grafana/grafana-foundation-sdk/dashboard';
import { dashboardFiles } from './dashboards.ts';
import { PYROSCOPE } from './data-source.ts';
import { STEP_MIN } from './node-profiles.ts';
import { serviceDashboard } from './service-dashboard.ts';

const committed = fileURLToPath(new URL('../dashboards/', import.meta.url));
const provisioning = fileURLToPath(new URL('../provisioning/', import.meta.url));

describe('the dashboards that Grafana is given', () => {
  it('are what the sources make (npm run build:dashboards -w grafana)', () => {
    const made = dashboardFiles();
    const names = readdirSync(committed).filter((name) => name.endsWith('.json'));
    assert.deepEqual(names.sort(), made.map(({ name }) => name).sort());
    for (const { name, text } of made) {
      assert.equal(readFileSync(`${committed}${name}`, 'utf8'), text, name);
    }
  });

  it('ask the data source that is provisioned, which no provisioned file may rename', () => {
    const file = readFileSync(`${provisioning}datasources/pyroscope.yaml`, 'utf8');
    assert.match(file, new RegExp(`^ {4}uid: ${PYROSCOPE.uid}$`, 'm'));
    assert.match(file, new RegExp(`^ {4}type: ${PYROSCOPE.type}$`, 'm'));
    for (const panel of panels()) {
      assert.deepEqual(panel.datasource, PYROSCOPE, panel.title);
      const sources = panel.targets?.map((target) => 'datasource' in target && target.datasource);
      assert.deepEqual(sources, [PYROSCOPE], panel.title);
    }
  });

  it('have panels that Grafana tells apart and that fit beside each other', () => {
    const ids = panels().map(({ id }) => id);
    assert.equal(new Set(ids).size, ids.length);
    for (const { gridPos, title } of panels()) {
      assert.ok(gridPos !== undefined && gridPos.x + gridPos.w <= 24, title);
    }
  });

  it('scale every graph, override its unit and leave no step shorter than an agent sends', () => {
    const graphs = panels().filter(({ type }) => type === 'timeseries');
    assert.equal(graphs.length, 2);
    for (const { title, interval, transformations, fieldConfig } of graphs) {
      assert.equal(interval, STEP_MIN, title);
      assert.deepEqual(
        transformations?.map(({ id }) => id),
        ['calculateField'],
        title,
      );
      const [override] = fieldConfig?.overrides ?? [];
      assert.deepEqual(override?.matcher, { id: 'byType', options: 'number' }, title);
      assert.deepEqual(
        override?.properties.map(({ id }) => id),
        ['unit'],
        title,
      );
    }
  });
});

function panels(): readonly Panel[] {
  return (serviceDashboard().panels ?? []).filter((panel): panel is Panel => panel.type !== 'row');
}
