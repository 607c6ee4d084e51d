import { answerText, type PlainRoute } from '@emberscope/node-kit';

/** A setting as a person may see it, secrets withheld; its name has dots for what it belongs to. */
export type ConfigRow = {
  readonly name: string;
  readonly text: string;
  /** Undefined where it has none. */
  readonly defaultText: string | undefined;
};

/**
 * What the server was started with, as YAML: all of it, what is not as it would be by itself, and what
 * would be by itself.
 */
export function configRoutes(rows: readonly ConfigRow[]): readonly PlainRoute[] {
  const changed = rows.filter(({ text, defaultText }) => text !== defaultText);
  const defaults = rows.flatMap(({ name, defaultText }) =>
    defaultText === undefined ? [] : [{ name, text: defaultText }],
  );
  return [
    routeOf('/api/v1/status/config', rows),
    routeOf('/api/v1/status/config/diff', changed),
    routeOf('/api/v1/status/config/default', defaults),
  ];
}

type Row = Pick<ConfigRow, 'name' | 'text'>;

function routeOf(path: string, rows: readonly Row[]): PlainRoute {
  const yaml = yamlOf(rows);
  return { method: 'GET', path, handle: (_request, response) => answerText(response, 200, yaml) };
}

/**
 * Names with dots become mappings in one another, as a file of settings has them; the server reads
 * its own answer. Texts are quoted as JSON does it, which is YAML too, but for words and numbers.
 */
function yamlOf(rows: readonly Row[]): string {
  if (rows.length === 0) return '{}\n';
  let yaml = '';
  let open: readonly string[] = [];
  // Groups together, and what is in none first: a group would swallow it.
  for (const { name, text } of [...rows].sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1))) {
    const path = name.split('.');
    const groups = path.slice(0, -1);
    let depth = 0;
    while (depth < groups.length && groups[depth] === open[depth]) depth++;
    for (; depth < groups.length; depth++) yaml += `${'  '.repeat(depth)}${groups[depth]}:\n`;
    yaml += `${'  '.repeat(groups.length)}${path.at(-1)}: ${scalarOf(text)}\n`;
    open = groups;
  }
  return yaml;
}

function keyOf({ name }: Row): string {
  return `${name.includes('.') ? 1 : 0}${name}`;
}

function scalarOf(text: string): string {
  return /^(true|false|0|[1-9]\d{0,14})$/.test(text) ? text : JSON.stringify(text);
}
