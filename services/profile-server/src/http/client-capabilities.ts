export type ClientCapabilities =
  | { readonly ok: true; readonly takesUtf8LabelNames: boolean }
  | { readonly ok: false; readonly reason: string };

const TOKEN = "[!#$%&'*+.^_`|~0-9A-Za-z-]+";
const MEDIA_RANGE = new RegExp(`^${TOKEN}(?:/${TOKEN})?$`);
const PARAMETER = new RegExp(`^(${TOKEN})=(${TOKEN}|"[^"]*")$`);

/**
 * What a client says it can read, as parameters of its `Accept` header: any media range with
 * `;allow-utf8-labelnames=true`. Parameters that are not known mean nothing; a header that is not a
 * list of media types is refused, as Pyroscope refuses it.
 */
export function clientCapabilities(accept: string | undefined): ClientCapabilities {
  let takesUtf8LabelNames = false;
  if (accept === undefined || accept === '') return { ok: true, takesUtf8LabelNames };
  for (const range of accept.split(',')) {
    const [type = '', ...parameters] = range.split(';').map((part) => part.trim());
    if (type === '') return refused('no media type');
    if (type.endsWith('/')) return refused('expected token after slash');
    if (!MEDIA_RANGE.test(type)) return refused('unexpected content after media subtype');
    for (const text of parameters) {
      if (text === '') continue;
      const [, name = '', value = ''] = PARAMETER.exec(text) ?? [];
      if (name === '') return refused('invalid media parameter');
      if (name.toLowerCase() === UTF8_LABEL_NAMES && value.replaceAll('"', '') === 'true') {
        takesUtf8LabelNames = true;
      }
    }
  }
  return { ok: true, takesUtf8LabelNames };
}

/** In the words of Go's `mime` package, which Pyroscope passes on. */
function refused(reason: string): ClientCapabilities {
  return { ok: false, reason: `Invalid header format: mime: ${reason}\n` };
}

const UTF8_LABEL_NAMES = 'allow-utf8-labelnames';
