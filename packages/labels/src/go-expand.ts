/** Where a template's `$name` and `${name}` get their texts from: the groups of a match. */
export type MatchedGroups = {
  /** The whole match and the groups by number; `undefined` for one that took no part. */
  readonly byNumber: readonly (string | undefined)[];
  /** A map, since a group may be called `__proto__`. */
  readonly byName: ReadonlyMap<string, string | undefined>;
};

/**
 * Fills a template as Go's `regexp.Expand` does, which is not what JavaScript's `replace` does: a
 * name is as long as it can be (`$1x` is the group named "1x"), a group that is not there is empty,
 * `$$` is a dollar, and what is no reference (`$-`, `${1`) stays as it is.
 */
export function expandTemplate(template: string, groups: MatchedGroups): string {
  let text = '';
  let offset = 0;
  while (offset < template.length) {
    const dollar = template.indexOf('$', offset);
    if (dollar === -1) return text + template.slice(offset);
    text += template.slice(offset, dollar);
    if (template[dollar + 1] === '$') {
      text += '$';
      offset = dollar + 2;
      continue;
    }
    REFERENCE.lastIndex = dollar;
    const match = REFERENCE.exec(template);
    if (match === null) {
      text += '$';
      offset = dollar + 1;
      continue;
    }
    text += groupText(match[1] ?? match[2] ?? '', groups);
    offset = dollar + match[0].length;
  }
  return text;
}

/** Names are letters, digits and underscores of any script. */
const REFERENCE = /\$(?:\{([\p{L}\p{Nd}_]+)\}|([\p{L}\p{Nd}_]+))/uy;

/** A number without a leading zero is a group's number, everything else a name. */
function groupText(name: string, groups: MatchedGroups): string {
  if (/^(?:0|[1-9]\d{0,8})$/.test(name)) return groups.byNumber[Number(name)] ?? '';
  return groups.byName.get(name) ?? '';
}
