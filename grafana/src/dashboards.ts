import type { Dashboard } from '@grafana/grafana-foundation-sdk/dashboard';
import { serviceDashboard } from './service-dashboard.ts';

/** Every dashboard that is provisioned, by the name of its file. */
const DASHBOARDS: ReadonlyMap<string, () => Dashboard> = new Map([
  ['service.json', serviceDashboard],
]);

export type DashboardFile = { readonly name: string; readonly text: string };

/** The same text for the same sources: files are compared byte by byte. */
export function dashboardFiles(): readonly DashboardFile[] {
  return [...DASHBOARDS].map(([name, build]) => ({
    name,
    text: `${JSON.stringify(build(), undefined, 2)}\n`,
  }));
}
