/** A percent sign without two digits behind it. */
const BAD_ESCAPE = /%(?![0-9A-Fa-f]{2})/;

/**
 * The parameters behind the `?` of an address of `/ingest`. As in Go, a pair with a bare semicolon or an
 * escape that is none is passed over.
 */
export function ingestQuery(url: string): URLSearchParams {
  const mark = url.indexOf('?');
  const query = mark === -1 ? '' : url.slice(mark + 1);
  const pairs = query.split('&').filter((pair) => !pair.includes(';') && !BAD_ESCAPE.test(pair));
  return new URLSearchParams(pairs.join('&'));
}
