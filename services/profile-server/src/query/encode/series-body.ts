import type { MessageInitShape } from '@bufbuild/protobuf';
import { SelectSeriesResponseSchema } from '@emberscope/protocol/querier';
import type { BucketedSeries } from '../../store/answers.ts';
import { type AnswerBody, messageBody, utf8 } from './answer-body.ts';

type SeriesMessages = NonNullable<MessageInitShape<typeof SelectSeriesResponseSchema>['series']>;

/**
 * A `querier.v1.SelectSeriesResponse`. `messagesOf` makes its messages; as JSON, points without
 * exemplars are written from their columns, since a message for each of thousands costs more than
 * finding them.
 */
export function seriesBody(
  series: readonly BucketedSeries[],
  messagesOf: (series: readonly BucketedSeries[]) => SeriesMessages,
): AnswerBody {
  const message = () => messageBody(SelectSeriesResponseSchema, { series: messagesOf(series) });
  const hasExemplars = series.some(({ exemplars }) => exemplars.length > 0);
  return {
    toProto: () => message().toProto(),
    toJson: () => (hasExemplars ? message().toJson() : utf8(jsonOf(series))),
  };
}

/** Defaults are left out, as the library does. */
function jsonOf(series: readonly BucketedSeries[]): string {
  if (series.length === 0) return '{}';
  return `{"series":[${series.map(seriesJson).join(',')}]}`;
}

function seriesJson({ labels, length, edgeMillis, value }: BucketedSeries): string {
  const pairs = Array.from(labels, (label) => JSON.stringify(pairOf(label)));
  const points: string[] = [];
  for (let i = 0; i < length; i++)
    points.push(pointJson(Number(value[i] ?? 0), edgeMillis[i] ?? 0));
  const fields = [
    ...(pairs.length > 0 ? [`"labels":[${pairs.join(',')}]`] : []),
    ...(points.length > 0 ? [`"points":[${points.join(',')}]`] : []),
  ];
  return `{${fields.join(',')}}`;
}

function pairOf({ name, value }: { readonly name: string; readonly value: string }) {
  return { ...(name !== '' && { name }), ...(value !== '' && { value }) };
}

function pointJson(value: number, millis: number): string {
  if (value === 0) return millis === 0 ? '{}' : `{"timestamp":"${millis}"}`;
  return millis === 0 ? `{"value":${value}}` : `{"value":${value},"timestamp":"${millis}"}`;
}
