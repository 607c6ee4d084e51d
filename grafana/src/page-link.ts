import { variable } from './variable.ts';

/*
 * Links from Grafana to the page of the profile server, `#/explore?service=…` (services/web). The
 * address is that of a reader's browser, which Grafana cannot know: it is a variable of the dashboard.
 */

/** The variable that holds where the page is. */
export const PAGE_VARIABLE = 'page';
export const PAGE_DEFAULT = 'http://127.0.0.1:4040';

/** One service in the time shown. */
export function serviceLink(serviceVariable: string): string {
  return explore(`service=${variable(serviceVariable, 'percentencode')}`);
}

/** One series of a graph: its service, its instance, its type of profile, in the time shown. */
export function seriesLink(profileType: string): string {
  const service = variable('__field.labels.service_name', 'percentencode');
  const instance = variable('__field.labels.instance', 'percentencode');
  return explore(`service=${service}&type=${profileType}&labels=instance%3D%22${instance}%22`);
}

function explore(what: string): string {
  const range = `${variable('__from')}-${variable('__to')}`;
  return `${variable(PAGE_VARIABLE, 'raw')}/#/explore?${what}&range=${range}`;
}
