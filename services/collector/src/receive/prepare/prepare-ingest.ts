import { create, toBinary } from '@bufbuild/protobuf';
import {
  type IngestParams,
  needsRepair,
  PREVIOUS_PROFILE_REASON,
  parseSampleTypeConfig,
  pprofLabels,
  profileNameOf,
  type SampleTypeConfig,
  splitApplication,
  suffixType,
} from '@emberscope/ingest';
import type { LabelSet } from '@emberscope/labels';
import { readPprofHeader } from '@emberscope/pprof';
import { PushRequestSchema } from '@emberscope/protocol/push';
import { forwardedName } from '../../labels/forwarded-name.ts';
import type { LabelPolicy } from '../../labels/label-policy.ts';
import { pushId } from '../../labels/push-id.ts';
import { REASON } from '../failure.ts';
import { gunzip, isGzip } from './gunzip.ts';
import { readMultipartForm } from './multipart-form.ts';
import { type IngestJob, type Prepared, refused } from './prepare-jobs.ts';

/**
 * Decides what becomes of a request to `/ingest`. A pprof is pushed with its bytes untouched, under
 * the labels that Pyroscope's `/ingest` would give it. Where that would also write into the profile,
 * and for every other format, the body goes on to the server's `/ingest` as it is.
 */
export function prepareIngest(job: IngestJob, policy: LabelPolicy): Prepared {
  const { params, body } = job;
  switch (params.format) {
    case 'pprof':
      return preparePprof(job, { profile: body, config: undefined }, policy);
    case 'pprof-multipart':
      return prepareForm(job, policy);
    case 'groups':
    case 'lines':
    case 'trie':
    case 'tree':
      return forward(job, familyBySuffix(params), policy);
    case 'speedscope':
    case 'jfr':
      // One body may become several families.
      return forward(job, undefined, policy);
    default:
      return params.format satisfies never;
  }
}

function prepareForm(job: IngestJob, policy: LabelPolicy): Prepared {
  const form = readMultipartForm(job.contentType, job.body);
  if (!form.ok) return refused('malformed', form.reason, REASON.malformed);
  if (form.files.has('prev_profile')) {
    return refused('unprocessable', PREVIOUS_PROFILE_REASON, REASON.malformed);
  }
  const profile = form.files.get('profile');
  if (profile === undefined) return { kind: 'nothing', why: 'empty' };
  const configBytes = form.files.get('sample_type_config');
  if (configBytes === undefined) return preparePprof(job, { profile, config: undefined }, policy);
  const parsed = parseSampleTypeConfig(configBytes);
  if (!parsed.ok) return refused('malformed', parsed.reason, REASON.malformed);
  return preparePprof(job, { profile, config: parsed.config }, policy);
}

type Upload = { readonly profile: Uint8Array; readonly config: SampleTypeConfig | undefined };

function preparePprof(job: IngestJob, { profile, config }: Upload, policy: LabelPolicy): Prepared {
  const { params } = job;
  if (profile.length === 0) return { kind: 'nothing', why: 'empty' };
  let bytes = profile;
  if (isGzip(profile)) {
    const inflated = gunzip(profile, PROFILE_MAX_BYTES);
    if (!inflated.ok) {
      const reason = inflated.isTooLarge ? REASON.profileTooLarge : REASON.malformed;
      return refused('unprocessable', `the profile is ${inflated.reason}`, reason);
    }
    bytes = inflated.bytes;
  }
  const read = readPprofHeader(bytes);
  if (!read.ok) return refused('malformed', read.reason, REASON.malformed);
  const { sampleTypes, timeNanos } = read.header;
  if (needsRepair(params, timeNanos, config)) {
    return forward(job, profileNameOf(sampleTypes, config), policy);
  }
  const labelled = policy.apply(pprofLabels(params, sampleTypes, config));
  if (labelled.kind === 'dropped') return { kind: 'nothing', why: 'relabel' };
  return { kind: 'push', body: pushOf(labelled.labelSet, profile), dropped: 0 };
}

/**
 * What a profile may inflate to before its header is read. Servers refuse far less (4 MiB, unless
 * they are told otherwise), so this only keeps bombs away.
 */
const PROFILE_MAX_BYTES = 64 << 20;

function pushOf({ labels, key }: LabelSet, profile: Uint8Array): Uint8Array<ArrayBuffer> {
  const samples = [{ rawProfile: profile, ID: pushId(key, profile) }];
  return toBinary(
    PushRequestSchema,
    create(PushRequestSchema, { series: [{ labels: [...labels], samples }] }),
  );
}

function familyBySuffix({ name }: IngestParams): string | undefined {
  return suffixType(splitApplication(name.application).suffix)?.profileName;
}

function forward(
  { params, body }: IngestJob,
  family: string | undefined,
  policy: LabelPolicy,
): Prepared {
  const named = forwardedName(params, family, policy);
  switch (named.kind) {
    case 'name':
      return { kind: 'forward', name: named.name, body };
    case 'dropped':
      return { kind: 'nothing', why: 'relabel' };
    case 'unwritable':
      return refused('invalid', named.reason, REASON.unwritableLabel);
    default:
      return named satisfies never;
  }
}
