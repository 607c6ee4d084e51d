import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { HttpRequest } from '@emberscope/node-kit';
import { fuzzParser } from '@emberscope/test-kit';
import { frame } from './encoded-answer.ts';
import { messageOfBody } from './message-of-body.ts';

const GRPC = { 'content-type': 'application/grpc+proto' };

type Headers = Readonly<Record<string, string>>;

const given = (body: Uint8Array, headers: Headers) =>
  messageOfBody({ headers } as unknown as HttpRequest, body);

function taken(body: Uint8Array, headers: Headers): string {
  const message = given(body, headers);
  if (message.kind === 'refused') return message.error.rawMessage;
  return `${Buffer.from(message.bytes)}${message.isGzip ? ' in gzip' : ''}`;
}

const hello = new Uint8Array(Buffer.from('hello'));
const compressed = frame(hello, true);

describe('the one message of a call', () => {
  const cases: readonly [shows: string, body: Uint8Array, headers: Headers, wanted: string][] = [
    ['is the body of Connect', hello, {}, 'hello'],
    ['which may be gzip', hello, { 'content-encoding': 'gzip' }, 'hello in gzip'],
    ['but not where there is no byte', new Uint8Array(0), { 'content-encoding': 'gzip' }, ''],
    ['has an envelope in gRPC', frame(hello, false), GRPC, 'hello'],
    ['and in gRPC-Web', frame(hello, false), { 'content-type': 'application/grpc-web' }, 'hello'],
    [
      'may say there that it is gzip',
      compressed,
      { ...GRPC, 'grpc-encoding': 'gzip' },
      'hello in gzip',
    ],
    [
      'does not without naming a coding',
      compressed,
      GRPC,
      'the message is compressed and no grpc-encoding named',
    ],
    [
      'is not shorter than its envelope',
      new Uint8Array(4),
      GRPC,
      'a body of 4 bytes has no message; its envelope alone has 5',
    ],
    [
      'is not two',
      Buffer.concat([frame(hello, false), frame(hello, false)]),
      GRPC,
      'the envelope announces 5 bytes and 15 follow; a call is one message',
    ],
    [
      'is not cut off',
      frame(hello, false).subarray(0, 7),
      GRPC,
      'the envelope announces 5 bytes and 2 follow; a call is one message',
    ],
  ];
  for (const [shows, body, headers, wanted] of cases) {
    test(shows, () => assert.equal(taken(body, headers), wanted));
  }
  test('is told or refused of any bytes', () =>
    fuzzParser([frame(hello, false), compressed], (body) => {
      const message = given(body, { ...GRPC, 'grpc-encoding': 'gzip' });
      return message.kind === 'refused' ? message.error.rawMessage : undefined;
    }));
});
