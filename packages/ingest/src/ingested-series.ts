import { LABEL, type LabelSet, labelSetFromRecord } from '@emberscope/labels';
import type { Profile } from '@emberscope/profile';
import type { IngestName } from './ingest-name.ts';

/**
 * One profile to push and the labels of its series, as an agent meant it: before relabelling,
 * session ids, normalisation and the splitting by sample labels, which all pushes share.
 */
export type IngestedSeries = { readonly labels: LabelSet; readonly profile: Profile };

export type Ingested =
  /** No series: the request is fine and there is nothing to store. */
  | { readonly ok: true; readonly series: readonly IngestedSeries[] }
  /** The body is not what it should be. */
  | { readonly ok: false; readonly kind: 'malformed-body'; readonly reason: string }
  /** The body is fine, and the name asks for what there is not. */
  | { readonly ok: false; readonly kind: 'invalid-argument'; readonly reason: string };

/** Private tags that are let through; all others that begin with two underscores are dropped. */
const SESSION_ID = LABEL.sessionId;

/** Labels of a series but for its service: the family, the spy and the tags that may pass. */
export function seriesLabels(
  profileName: string,
  spyName: string,
  { tags }: IngestName,
  others: Readonly<Record<string, string>>,
): LabelSet {
  const passing = [...tags].filter(([tag]) => !tag.startsWith('__') || tag === SESSION_ID);
  return labelSetFromRecord({
    ...others,
    ...Object.fromEntries(passing),
    [LABEL.profileName]: profileName,
    [LABEL.delta]: 'false',
    [LABEL.spy]: spyName,
  });
}
