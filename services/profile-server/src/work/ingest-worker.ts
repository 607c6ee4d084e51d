import { fromJsonString, toBinary } from '@bufbuild/protobuf';
import { serveJobs } from '@emberscope/node-kit';
import { PushRequestSchema } from '@emberscope/protocol/push';
import { prepareIngest } from '../ingest/prepare-ingest.ts';
import { preparePush } from '../ingest/prepare-push.ts';
import type { PushedProfile } from '../ingest/pushed-profile.ts';
import type { IngestJobs } from './jobs.ts';
import { buffersOf } from './transfer.ts';

/* The entry file of a thread that reads what agents send. */

serveJobs<IngestJobs>({
  preparePush({ series, limits, nowMillis }, context) {
    const profiles = preparePush(series, limits, nowMillis);
    context.transfer(...buffersOf(seriesOf(profiles)));
    return profiles;
  },
  async prepareIngest({ params, contentType, body, limits, nowMillis }, context) {
    const prepared = await prepareIngest(params, contentType, body, limits, nowMillis);
    if (prepared.kind === 'profiles') {
      context.transfer(...buffersOf(seriesOf(prepared.profiles)));
    }
    return prepared;
  },
  pushFromJson({ json }, context) {
    try {
      const text = new TextDecoder('utf-8', { fatal: true }).decode(json);
      const request = fromJsonString(PushRequestSchema, text, { ignoreUnknownFields: true });
      const message = toBinary(PushRequestSchema, request);
      context.transfer(message.buffer);
      return { ok: true, message };
    } catch (error) {
      return { ok: false, reason: error instanceof Error ? error.message : String(error) };
    }
  },
});

function seriesOf(profiles: readonly PushedProfile[]) {
  return profiles.flatMap(({ outcome }) => (outcome.kind === 'ready' ? outcome.series : []));
}
