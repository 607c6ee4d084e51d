import { type IngestParams, splitApplication } from '@emberscope/ingest';
import { LABEL, type LabelSet, labelSetFromRecord } from '@emberscope/labels';
import type { LabelPolicy } from './label-policy.ts';

export type ForwardedName =
  | { readonly kind: 'name'; readonly name: string }
  /** A rule drops it. */
  | { readonly kind: 'dropped' }
  /** The grammar of names has no way to write this label. */
  | { readonly kind: 'unwritable'; readonly reason: string };

/**
 * The name under which a body goes on to another `/ingest`: the agent's, with the labels of the
 * policy among its tags. What the server makes of the body alone (`__name__`, `pyroscope_spy`) can be
 * matched by rules and not be changed by them.
 *
 * `family` is `__name__` where it is known before the body has been read.
 */
export function forwardedName(
  params: IngestParams,
  family: string | undefined,
  policy: LabelPolicy,
): ForwardedName {
  const { application, tags } = params.name;
  const isPprof = params.format === 'pprof' || params.format === 'pprof-multipart';
  const service = isPprof ? application : splitApplication(application).application;
  const given = labelSetFromRecord({
    ...Object.fromEntries(tags),
    [LABEL.serviceName]: tags.get(LABEL.serviceName) || service,
    [LABEL.profileName]: family ?? '',
    [LABEL.spy]: params.spyName,
  });
  const result = policy.apply(given);
  if (result.kind === 'dropped') return { kind: 'dropped' };
  return write(application, tagsOf(result.labelSet, tags.has(LABEL.serviceName) ? '' : service));
}

/** A service that is the application's name is not repeated: the server would add an `app_name`. */
function tagsOf({ labels }: LabelSet, impliedService: string): LabelSet['labels'] {
  return labels.filter(
    ({ name, value }) =>
      name !== LABEL.profileName &&
      name !== LABEL.spy &&
      !(name === LABEL.serviceName && value === impliedService),
  );
}

const APPLICATION = /^[A-Za-z0-9_.\-/]+$/;
const TAG_NAME = /^[A-Za-z0-9_.]+$/;

function write(application: string, tags: LabelSet['labels']): ForwardedName {
  // An application that came as the tag `__name__` may have any characters, and goes on as such.
  const isPlain = APPLICATION.test(application);
  const all = isPlain ? tags : [{ name: LABEL.profileName, value: application }, ...tags];
  for (const { name, value } of all) {
    if (!TAG_NAME.test(name) || /[,}]/.test(value) || value !== value.trim()) {
      const reason = `label ${name}="${value}" cannot be written in a name: no commas, braces or outer blanks`;
      return { kind: 'unwritable', reason };
    }
  }
  const list = all.map(({ name, value }) => `${name}=${value}`).join(',');
  const front = isPlain ? application : 'app';
  return { kind: 'name', name: list === '' ? front : `${front}{${list}}` };
}
