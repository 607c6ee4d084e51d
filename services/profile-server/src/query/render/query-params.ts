import { refuseArgument } from '../query-refusal.ts';

/** What an address asks for behind its `?`. Of several values the first counts, unless all are asked for. */
export type QueryParams = {
  /** '' when it is not there. */
  get(name: string): string;
  getAll(name: string): readonly string[];
};

const BAD_ESCAPE = /%(?![0-9A-Fa-f]{2}).{0,2}/s;

/** Reads a query as Go does: an escape that is none and a bare semicolon are errors. */
export function readQueryParams(query: string): QueryParams {
  for (const pair of query.split('&')) {
    if (pair.includes(';')) refuseArgument('invalid semicolon separator in query');
    const bad = BAD_ESCAPE.exec(pair)?.[0];
    if (bad !== undefined) refuseArgument(`invalid URL escape ${JSON.stringify(bad)}`);
  }
  const params = new URLSearchParams(query);
  return { get: (name) => params.get(name) ?? '', getAll: (name) => params.getAll(name) };
}
