import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Code, ConnectError } from '@connectrpc/connect';
import { NOTHING_ASKED, nextRemote, type Remote, type RemoteEvent } from './remote.ts';
import { describeTrouble } from './trouble.ts';

function after(...events: readonly RemoteEvent<number>[]): Remote<number> {
  return events.reduce<Remote<number>>(nextRemote, NOTHING_ASKED);
}

const ONE = { kind: 'answered', subject: 'a', answer: 1 } as const;
const FAILED = { kind: 'failed', subject: 'a', reason: new Error('no') } as const;

describe('what a view shows of an answer', () => {
  it('is the old one while the next is on its way', () => {
    const { shown, activity } = after(ONE, { kind: 'asked' });
    assert.deepEqual([shown?.answer, activity.kind], [1, 'loading']);
  });

  it('stays beside an error about the same, and goes with an error about something else', () => {
    assert.equal(after(ONE, FAILED).shown?.answer, 1);
    assert.equal(after(ONE, { ...FAILED, subject: 'b' }).shown, undefined);
  });

  it('stays when the reader cancels', () => {
    const { shown, activity } = after(ONE, { kind: 'asked' }, { kind: 'cancelled' });
    assert.deepEqual([shown?.answer, activity.kind], [1, 'cancelled']);
  });

  it('no longer waits when the question is dropped, and keeps an error that stands', () => {
    assert.equal(after({ kind: 'asked' }, { kind: 'dropped' }).activity.kind, 'idle');
    assert.equal(after(FAILED, { kind: 'dropped' }).activity.kind, 'failed');
  });
});

describe('trouble in words', () => {
  it('tells a server that does not answer from one that refuses', () => {
    assert.equal(
      describeTrouble(new TypeError('Failed to fetch')).title,
      'The server does not answer',
    );
    const refused = describeTrouble(new ConnectError('limit is 24h', Code.ResourceExhausted));
    assert.deepEqual([refused.title, refused.detail], ['Too much at once', 'limit is 24h']);
  });

  it('says that an answer contradicts itself', () => {
    const trouble = describeTrouble(new RangeError('node 3 has the parent 7'));
    assert.equal(trouble.title, 'The answer contradicts itself');
  });

  it('has words for any code', () => {
    assert.equal(describeTrouble(new ConnectError('?', Code.DataLoss)).title, 'The server failed');
  });
});
