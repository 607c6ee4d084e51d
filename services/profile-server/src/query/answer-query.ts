import {
  type DescMessage,
  fromBinary,
  fromJsonString,
  type MessageShape,
} from '@bufbuild/protobuf';
import { GetFlameGraphRequestSchema } from '@emberscope/protocol/page/flame-graph';
import { GetFunctionRequestSchema } from '@emberscope/protocol/page/function';
import { ListServicesRequestSchema } from '@emberscope/protocol/page/services';
import { GetTimelineRequestSchema } from '@emberscope/protocol/page/timeline';
import {
  DiffRequestSchema,
  ProfileTypesRequestSchema,
  SelectHeatmapRequestSchema,
  SelectMergeProfileRequestSchema,
  SelectMergeSpanProfileRequestSchema,
  SelectMergeStacktracesRequestSchema,
  SelectSeriesRequestSchema,
  SeriesRequestSchema,
} from '@emberscope/protocol/querier';
import {
  GetProfileStatsRequestSchema,
  LabelNamesRequestSchema,
  LabelValuesRequestSchema,
} from '@emberscope/protocol/types';
import type { QueryContext } from '../store/selection.ts';
import { type AnswerBody, encodeAnswer } from './encode/answer-body.ts';
import { getFlameGraph } from './page/get-flame-graph.ts';
import { getFunction } from './page/get-function.ts';
import { getTimeline } from './page/get-timeline.ts';
import { listServices } from './page/list-services.ts';
import { diff } from './querier/diff.ts';
import { labelNames } from './querier/label-names.ts';
import { labelValues } from './querier/label-values.ts';
import { mergeProfile } from './querier/merge-profile.ts';
import { mergeSpanProfile, mergeStacktraces } from './querier/merge-stacktraces.ts';
import { profileStats } from './querier/profile-stats.ts';
import { profileTypes } from './querier/profile-types.ts';
import { selectHeatmap } from './querier/select-heatmap.ts';
import { selectSeries } from './querier/select-series.ts';
import { series } from './querier/series.ts';
import type { Query, QueryParts } from './query.ts';
import type { QueryAnswer, QueryCall, QueryMethod } from './query-call.ts';
import { QueryRefused } from './query-refusal.ts';
import { answerRender, isRenderMethod } from './render/answer-render.ts';

/**
 * Answers one query from the store: reads the request, checks it, reads the store and writes the
 * answer. What is wrong with a query is an answer too; it throws only where an invariant is broken.
 * It may take long on its thread, and ends early as `context` says wherever the store looks at that.
 */
export async function answerQuery(
  call: QueryCall,
  parts: QueryParts,
  context: QueryContext,
): Promise<QueryAnswer> {
  try {
    const { method } = call;
    if (isRenderMethod(method)) {
      const { bytes, contentType } = await answerRender({ ...call, method }, parts, context);
      return { ok: true, message: bytes, contentType };
    }
    const body = await METHODS[method](call, parts, context);
    return { ok: true, message: encodeAnswer(body, call.encoding) };
  } catch (error) {
    if (error instanceof QueryRefused) return error.failure;
    throw error;
  }
}

type Method = (call: QueryCall, parts: QueryParts, context: QueryContext) => Promise<AnswerBody>;

const METHODS: Readonly<Record<QueryMethod, Method>> = {
  'querier.v1.QuerierService/ProfileTypes': method(ProfileTypesRequestSchema, profileTypes),
  'querier.v1.QuerierService/LabelNames': method(LabelNamesRequestSchema, labelNames),
  'querier.v1.QuerierService/LabelValues': method(LabelValuesRequestSchema, labelValues),
  'querier.v1.QuerierService/Series': method(SeriesRequestSchema, series),
  'querier.v1.QuerierService/SelectMergeStacktraces': method(
    SelectMergeStacktracesRequestSchema,
    mergeStacktraces,
  ),
  'querier.v1.QuerierService/SelectMergeSpanProfile': method(
    SelectMergeSpanProfileRequestSchema,
    mergeSpanProfile,
  ),
  'querier.v1.QuerierService/SelectMergeProfile': method(
    SelectMergeProfileRequestSchema,
    mergeProfile,
  ),
  'querier.v1.QuerierService/SelectSeries': method(SelectSeriesRequestSchema, selectSeries),
  'querier.v1.QuerierService/SelectHeatmap': method(SelectHeatmapRequestSchema, selectHeatmap),
  'querier.v1.QuerierService/Diff': method(DiffRequestSchema, diff),
  'querier.v1.QuerierService/GetProfileStats': method(GetProfileStatsRequestSchema, profileStats),
  'emberscope.page.v1.PageService/ListServices': method(ListServicesRequestSchema, listServices),
  'emberscope.page.v1.PageService/GetTimeline': method(GetTimelineRequestSchema, getTimeline),
  'emberscope.page.v1.PageService/GetFlameGraph': method(GetFlameGraphRequestSchema, getFlameGraph),
  'emberscope.page.v1.PageService/GetFunction': method(GetFunctionRequestSchema, getFunction),
};

function method<Schema extends DescMessage>(
  schema: Schema,
  run: (query: Query<MessageShape<Schema>>) => Promise<AnswerBody>,
): Method {
  return async (call, parts, context) => {
    const { tenants, takesUtf8LabelNames } = call;
    const request = readRequest(schema, call);
    return run({ ...parts, tenants, takesUtf8LabelNames, context, request });
  };
}

/** As the library of the RPCs reads its messages. */
const IGNORING_UNKNOWN = { ignoreUnknownFields: true };
const decoder = new TextDecoder();

function readRequest<Schema extends DescMessage>(
  schema: Schema,
  { request, requestEncoding }: QueryCall,
): MessageShape<Schema> {
  try {
    return requestEncoding === 'json'
      ? fromJsonString(schema, decoder.decode(request), IGNORING_UNKNOWN)
      : fromBinary(schema, request);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    const message = `${request.length} bytes are no ${schema.typeName}: ${reason}`;
    throw new QueryRefused({ ok: false, code: 'invalid_argument', message, isUnread: true });
  }
}
