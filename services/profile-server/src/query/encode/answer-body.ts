import {
  create,
  type DescMessage,
  type MessageInitShape,
  toBinary,
  toJsonString,
} from '@bufbuild/protobuf';

/**
 * An answer that can be written either way. Small ones are messages; those that may be large are
 * written from columns, since an object and a bigint for each cell cost more than the query.
 */
export type AnswerBody = {
  toProto(): Uint8Array<ArrayBuffer>;
  /** As the Connect protocol has it: 64-bit integers as strings, defaults left out. */
  toJson(): Uint8Array<ArrayBuffer>;
};

export function messageBody<Schema extends DescMessage>(
  schema: Schema,
  init: MessageInitShape<Schema>,
): AnswerBody {
  const message = create(schema, init);
  return {
    toProto: () => toBinary(schema, message),
    toJson: () => utf8(toJsonString(schema, message)),
  };
}

export function encodeAnswer(
  body: AnswerBody,
  encoding: 'proto' | 'json',
): Uint8Array<ArrayBuffer> {
  return encoding === 'proto' ? body.toProto() : body.toJson();
}

export function utf8(json: string): Uint8Array<ArrayBuffer> {
  return new Uint8Array(new TextEncoder().encode(json));
}
