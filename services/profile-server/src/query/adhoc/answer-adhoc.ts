import { encodeDiff, encodeFlameGraph } from '@emberscope/profile';
import {
  AdHocProfilesDiffResponseSchema,
  AdHocProfilesGetResponseSchema,
} from '@emberscope/protocol/adhoc-profiles';
import {
  type AdHocFile,
  decodeAdHocFile,
  encodeAdHocFile,
} from '../../store/tenant-files/adhoc-bytes.ts';
import { createAdHocId } from '../../store/tenant-files/adhoc-id.ts';
import { FilesRefusal } from '../../store/tenant-files/files-answer.ts';
import { type AnswerBody, encodeAnswer, messageBody } from '../encode/answer-body.ts';
import { maxNodesOf } from '../querier/max-nodes.ts';
import { QueryRefused, refuseArgument, refuseFile } from '../query-refusal.ts';
import type { AdHocAnswer, AdHocCall, AdHocLimits, AdHocQuestion } from './adhoc-call.ts';
import { flamebearerDiffJson, flamebearerJson } from './flamebearer-json.ts';
import { type FileProfile, readFile, unitsAndRateOf } from './read-file.ts';
import { decodeBase64, readUpload } from './read-upload.ts';

/** Reads uploaded files and writes what is asked about them. What is wrong with one is an answer. */
export function answerAdHoc({ question, encoding, limits }: AdHocCall): AdHocAnswer {
  try {
    switch (question.kind) {
      case 'upload': {
        const { body, kept } = upload(question, encoding, limits);
        return { ok: true, message: encodeAnswer(body, encoding), kept };
      }
      case 'get':
        return { ok: true, message: encodeAnswer(get(question, limits), encoding) };
      case 'diff':
        return { ok: true, message: encodeAnswer(diff(question, limits), encoding) };
      default:
        return question satisfies never;
    }
  } catch (error) {
    if (error instanceof QueryRefused) return error.failure;
    if (error instanceof FilesRefusal) {
      return { ok: false, code: 'internal', message: error.error.reason };
    }
    throw error;
  }
}

type Asked<Kind extends AdHocQuestion['kind']> = Extract<AdHocQuestion, { readonly kind: Kind }>;

/** Names are shown; what is longer was made by a program. */
const NAME_MAX_LENGTH = 1024;

function upload(
  { message, isGzip, nowMillis, random }: Asked<'upload'>,
  encoding: 'proto' | 'json',
  limits: AdHocLimits,
) {
  const request = readUpload(message, isGzip, encoding, limits.maxMessageBytes);
  const { name, profile, maxNodes } = request;
  if (name.length > NAME_MAX_LENGTH) {
    refuseArgument(`a name of ${name.length} characters; the limit is ${NAME_MAX_LENGTH}`);
  }
  const nodes = maxNodesOf(maxNodes, limits.query);
  const { content, profiles } = aloud('failed to parse profile: ', () => {
    const decoded = decodeBase64(profile);
    if (decoded.bytes === undefined) {
      return refuseFile(`it is not base64 from byte ${decoded.badAt} on`);
    }
    const read = readFile(name, decoded.bytes, limits.maxProfileBytes);
    return { content: decoded.bytes, profiles: read };
  });
  const id = createAdHocId(nowMillis, random, name);
  const file: AdHocFile = { name, uploadedAtMillis: nowMillis, content };
  const body = bodyOf(id, file, profiles, undefined, nodes);
  return { body, kept: { id, file: encodeAdHocFile(file) } };
}

function get({ id, file, profileType, maxNodes }: Asked<'get'>, limits: AdHocLimits): AnswerBody {
  const nodes = maxNodesOf(maxNodes, limits.query);
  const decoded = decodeAdHocFile(file, `the file of ${id}`);
  const profiles = aloud('failed to parse profile: ', () => readStored(decoded));
  return bodyOf(id, decoded, profiles, profileType, nodes);
}

/** What was taken once is shown, whatever the limit is now. */
function readStored({ name, content }: AdHocFile): readonly [FileProfile, ...FileProfile[]] {
  return readFile(name, content, STORED_MAX_BYTES);
}

/** Inflated: a file that was taken while there was no limit is no reason to run out of memory. */
const STORED_MAX_BYTES = 128 * 1024 * 1024;

function bodyOf(
  id: string,
  { name, uploadedAtMillis }: AdHocFile,
  profiles: readonly [FileProfile, ...FileProfile[]],
  profileType: string | undefined,
  maxNodes: number,
): AnswerBody {
  const shown = profiles.find((each) => each.name === profileType) ?? profiles[0];
  return messageBody(AdHocProfilesGetResponseSchema, {
    id,
    name,
    uploadedAt: BigInt(uploadedAtMillis),
    profileType: shown.name,
    profileTypes: profiles.map((each) => each.name),
    flamebearerProfile: flamebearerJson(encodeFlameGraph(shown.tree(), maxNodes), shown),
  });
}

function diff(question: Asked<'diff'>, limits: AdHocLimits): AnswerBody {
  const { leftId, rightId, profileType } = question;
  const nodes = maxNodesOf(question.maxNodes, limits.query);
  const left = sideOf('left', leftId, question.left);
  const right = sideOf('right', rightId, question.right);
  const namesRight = right.map(({ name }) => name);
  const common = left.map(({ name }) => name).filter((name) => namesRight.includes(name));
  const wanted = common.find((name) => name === profileType) ?? common[0];
  const a = left.find(({ name }) => name === wanted);
  const b = right.find(({ name }) => name === wanted);
  if (wanted === undefined || a === undefined || b === undefined) {
    const namesLeft = left.map(({ name }) => name);
    return refuseArgument(
      `no common profile types between left ([${namesLeft.join(' ')}]) and right ([${namesRight.join(' ')}])`,
    );
  }
  const shown = { ...unitsAndRateOf(wanted, a.units), name: wanted, spyName: '', hasGroups: false };
  return messageBody(AdHocProfilesDiffResponseSchema, {
    profileTypes: common,
    flamebearerProfile: flamebearerDiffJson(encodeDiff(a.tree(), b.tree(), nodes), shown),
  });
}

/** A diff has no fault of its own: what is wrong with a side is a wrong argument. */
function sideOf(side: 'left' | 'right', id: string, file: Uint8Array) {
  const decoded = decodeAdHocFile(file, `the file of ${id}`);
  try {
    return readStored(decoded);
  } catch (error) {
    if (!(error instanceof QueryRefused)) throw error;
    return refuseArgument(`failed to parse the ${side} profile: ${error.failure.message}`);
  }
}

/** The same refusal, with what was being done before its words. */
function aloud<Value>(doing: string, run: () => Value): Value {
  try {
    return run();
  } catch (error) {
    if (!(error instanceof QueryRefused)) throw error;
    throw new QueryRefused({ ...error.failure, message: doing + error.failure.message });
  }
}
