import {
  type ProfileId,
  profileId,
  type SpanId,
  spanId,
  type TraceId,
  traceId,
} from '../../store/ids.ts';
import type { ProfileSelection } from '../../store/selection.ts';
import type { Query } from '../query.ts';
import { refuseArgument, refuseLate } from '../query-refusal.ts';
import { hasProfiles } from './query-selection.ts';

/** Which samples of the profiles, as a request says it. */
export type SampleSelectors = {
  readonly profileIds: readonly string[];
  readonly spanIds: readonly string[];
  readonly traceIds: readonly string[];
  readonly callSite: readonly string[];
};

type ReadId<Id> =
  | { readonly ok: true; readonly id: Id }
  | { readonly ok: false; readonly reason: string };

/**
 * Narrows a selection down to samples. An id that is none fails the query where there is data to
 * select from, and selects nothing where there is none, since Pyroscope reads ids beside the data:
 * undefined stands for that.
 */
export async function selectSamples(
  query: Query<unknown>,
  q: ProfileSelection,
  selectors: SampleSelectors,
): Promise<ProfileSelection | undefined> {
  if (selectors.spanIds.length > 0 && selectors.traceIds.length > 0) {
    refuseArgument('span_selector and trace_id_selector cannot be combined');
  }
  const profileIds = selectors.profileIds.map(readProfileId);
  const spanIds = selectors.spanIds.map(readSpanId);
  const traceIds = selectors.traceIds.map(readTraceId);
  for (const read of [...profileIds, ...spanIds, ...traceIds]) {
    if (read.ok) continue;
    if (!(await hasProfiles(query, q))) return undefined;
    refuseLate(`rpc error: code = Unknown desc = ${read.reason}`);
  }
  return {
    ...q,
    ...(profileIds.length > 0 && { profileIds: idsOf(profileIds) }),
    ...(spanIds.length > 0 && { spanIds: idsOf(spanIds) }),
    ...(traceIds.length > 0 && { traceIds: idsOf(traceIds) }),
    ...(selectors.callSite.length > 0 && { callSite: selectors.callSite }),
  };
}

function idsOf<Id>(read: readonly ReadId<Id>[]): Id[] {
  return read.flatMap((each) => (each.ok ? [each.id] : []));
}

function readSpanId(text: string): ReadId<SpanId> {
  const id = spanId(text);
  if (id !== undefined) return { ok: true, id };
  if (text.length !== 16) {
    return { ok: false, reason: `invalid span id length: ${JSON.stringify(text)}` };
  }
  return { ok: false, reason: badHex(text) };
}

function readTraceId(text: string): ReadId<TraceId> {
  const id = traceId(text);
  if (id !== undefined) return { ok: true, id };
  if (text.length !== 32) {
    return { ok: false, reason: `invalid trace id length: ${JSON.stringify(text)}` };
  }
  return { ok: false, reason: badHex(text) };
}

/** A UUID in any of the spellings of RFC 9562 and its forerunners: bare, in braces, as a URN. */
function readProfileId(text: string): ReadId<ProfileId> {
  const bare = text.replace(/^urn:uuid:/i, '').replace(/^\{(.*)\}$/, '$1');
  const hex = bare.replaceAll('-', '');
  const isUuid =
    /^[0-9a-f]{32}$/i.test(hex) &&
    (bare === hex || /^[^-]{8}-[^-]{4}-[^-]{4}-[^-]{4}-[^-]{12}$/.test(bare));
  if (isUuid) {
    const lower = hex.toLowerCase();
    const parts = [lower.slice(0, 8), lower.slice(8, 12), lower.slice(12, 16), lower.slice(16, 20)];
    return { ok: true, id: profileId([...parts, lower.slice(20)].join('-')) };
  }
  const isOfALength = [32, 36, 38, 45].includes(text.length);
  return {
    ok: false,
    reason: isOfALength ? 'invalid UUID format' : `invalid UUID length: ${text.length}`,
  };
}

/** As Go's encoding/hex says it, of the first character that is no digit. */
function badHex(text: string): string {
  const [character = ''] = /[^0-9a-f]/iu.exec(text) ?? [];
  const point = (character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0');
  return `encoding/hex: invalid byte: U+${point} '${character}'`;
}
