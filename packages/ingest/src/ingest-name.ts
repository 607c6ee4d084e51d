import { LABEL } from '@emberscope/labels';

/** The `name` parameter of `/ingest`, taken apart. */
export type IngestName = {
  /** `shop.cpu` in `shop.cpu{region=eu}`; `__name__` among the tags takes its place. */
  readonly application: string;
  /** Tags by name; of a name that comes twice the later. `__name__` is not among them. */
  readonly tags: ReadonlyMap<string, string>;
};

export type ParsedIngestName =
  | { readonly ok: true; readonly name: IngestName }
  | { readonly ok: false; readonly reason: string };

/** Longer names are refused; a name is part of a URL. */
export const INGEST_NAME_MAX_LENGTH = 65_536;

const APPLICATION_CHARACTER = /[^A-Za-z0-9_.\-/]/u;
const TAG_CHARACTER = /[^A-Za-z0-9_.]/u;

/**
 * Reads `application{tag=value,tag=value}` as agents have always written it: no quotes and no
 * escapes, so a value runs to the next `,` or `}` and a tag's name to the next `=`. Blanks around
 * are trimmed. What is not finished when the text ends is dropped, and so is all behind the `}`.
 * The reasons are in Pyroscope's words.
 */
export function parseIngestName(text: string): ParsedIngestName {
  const no = (reason: string): ParsedIngestName => ({ ok: false, reason: `name: ${reason}` });
  if (text.length > INGEST_NAME_MAX_LENGTH) {
    return no(`${text.length} characters; the limit is ${INGEST_NAME_MAX_LENGTH}`);
  }
  const brace = text.indexOf('{');
  const application = (brace === -1 ? text : text.slice(0, brace)).trim();
  if (application === '') return no('service name is required');
  const badInName = APPLICATION_CHARACTER.exec(application)?.[0];
  if (badInName !== undefined) return no(notAllowed('service', application, badInName));

  const tags = new Map<string, string>();
  let offset = brace === -1 ? text.length : brace + 1;
  while (offset < text.length) {
    const equals = text.indexOf('=', offset);
    if (equals === -1) break;
    const tag = text.slice(offset, equals).trim();
    if (tag === '') return no('label name is required');
    const badInTag = TAG_CHARACTER.exec(tag)?.[0];
    if (badInTag !== undefined) return no(notAllowed('label', tag, badInTag));
    const end = endOfValue(text, equals + 1);
    if (end === text.length) break;
    tags.set(tag, text.slice(equals + 1, end).trim());
    if (text[end] === '}') break;
    offset = end + 1;
  }

  const override = tags.get(LABEL.profileName);
  tags.delete(LABEL.profileName);
  return { ok: true, name: { application: override ?? application, tags } };
}

/** Where the value that begins at `start` ends: at a `,` or a `}`, or with the text. */
function endOfValue(text: string, start: number): number {
  for (let i = start; i < text.length; i++) if (text[i] === ',' || text[i] === '}') return i;
  return text.length;
}

function notAllowed(kind: 'service' | 'label', name: string, character: string): string {
  return `invalid ${kind} name: ${name}: character is not allowed: '${character}'`;
}
