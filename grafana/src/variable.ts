/**
 * A place that Grafana fills in: with a variable of the dashboard, the time shown, or a field of the
 * series. `percentencode` is for a value in an address, `raw` keeps Grafana from escaping it.
 */
export function variable(name: string, format?: 'percentencode' | 'raw'): string {
  return `\${${name}${format === undefined ? '' : `:${format}`}}`;
}
