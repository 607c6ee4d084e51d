import { formatSelector, LABEL, type Matcher, parseSelector } from '@emberscope/labels';

export type BuiltSelector =
  | { readonly ok: true; readonly selector: string }
  /** `offset` is where in `labels` the trouble is. */
  | { readonly ok: false; readonly offset: number; readonly reason: string };

/**
 * The selector of a service and the reader's own conditions (`cluster="eu-west", region=~"eu.*"`,
 * with or without braces). An empty service is all services.
 */
export function selectorOf(service: string, labels: string): BuiltSelector {
  const text = labels.trim();
  const isBraced = text.startsWith('{');
  const parsed = parseSelector(isBraced ? text : `{${text}}`);
  if (!parsed.ok) {
    // Without the closing brace that the reader did not type, so that no message speaks of it.
    const typed = isBraced ? parsed : parseSelector(`{${text}`);
    const { offset, reason } = typed.ok ? parsed : typed;
    const plain = isBraced ? reason : reason.replace(' inside braces', '');
    const before = labels.length - labels.trimStart().length - (isBraced ? 0 : 1);
    const at = Math.max(0, Math.min(labels.length, offset + before));
    return { ok: false, offset: at, reason: plain };
  }
  const ofService: readonly Matcher[] =
    service === '' ? [] : [{ op: '=', name: LABEL.serviceName, value: service }];
  return { ok: true, selector: formatSelector([...ofService, ...parsed.matchers]) };
}

/** Conditions that pass exactly these labels: what a row of a list stands for. */
export function labelsText(
  labels: readonly { readonly name: string; readonly value: string }[],
): string {
  const matchers = labels.map(({ name, value }): Matcher => ({ op: '=', name, value }));
  return formatSelector(matchers).slice(1, -1);
}
