import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Code, ConnectError, createClient } from '@connectrpc/connect';
import { createConnectTransport } from '@connectrpc/connect-web';
import { PageService } from '@emberscope/protocol/page';
import type { PageApi } from './page-api.ts';
import { watchReach } from './reach.ts';
import { NOTHING_ASKED, nextRemote, type Remote, type RemoteEvent } from './remote.ts';
import { describeTrouble, isAway } from './trouble.ts';

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
      'The profile server does not answer',
    );
    const refused = describeTrouble(new ConnectError('limit is 24h', Code.ResourceExhausted));
    assert.deepEqual([refused.title, refused.detail], ['Too much at once', 'limit is 24h']);
  });

  it('does not say it with the words of a browser, and keeps those of a mistake of the page', () => {
    for (const words of ['Failed to fetch', 'Load failed', 'NetworkError when attempting to …']) {
      const wrapped = ConnectError.from(new TypeError(words));
      assert.deepEqual([describeTrouble(wrapped).detail, isAway(wrapped)], ['', true]);
    }
    const mistake = new TypeError('tree.self is undefined');
    assert.match(describeTrouble(mistake).detail, /tree\.self/);
    assert.equal(isAway(mistake), false);
  });

  it('names the header that is missing where tenants are kept apart', () => {
    for (const words of ['no org id', "tenant ID is '.' or '..'"]) {
      const { title, detail, advice } = describeTrouble(
        new ConnectError(words, Code.Unauthenticated),
      );
      assert.deepEqual([title, detail], ['The server keeps tenants apart', words]);
      assert.match(advice, /X-Scope-OrgID, which a proxy in front of the page has to set/);
    }
  });

  it('tells a proxy that wants a reader to sign in from the server', async () => {
    const transport = createConnectTransport({
      baseUrl: 'http://page',
      useBinaryFormat: true,
      fetch: async () => new Response('<html>', { status: 401 }),
    });
    const call = createClient(PageService, transport).listServices({});
    const { title, advice } = await call.then(() => assert.fail('answered'), describeTrouble);
    assert.deepEqual(
      [title, advice],
      [
        'You are not signed in',
        'A proxy in front of the server asks who you are: reload the page.',
      ],
    );
  });

  it('says that an answer contradicts itself', () => {
    const trouble = describeTrouble(new RangeError('node 3 has the parent 7'));
    assert.equal(trouble.title, 'The answer contradicts itself');
  });

  it('tells a damaged file of the store from a query that breaks the server', () => {
    for (const words of [
      'segment /data/2026-11-24/000012.seg, the page at 16: checksum 1f where 2e is written',
      'dictionary 0 of day 2026-11-24, api of anonymous: rows are missing between 1 and 2',
      'tenants/anonymous/settings is damaged: no list of settings',
    ]) {
      const { title, detail, advice } = describeTrouble(new ConnectError(words, Code.Internal));
      assert.deepEqual([title, detail], ['A file of the store is damaged', words]);
      assert.match(advice, /npm run store -- verify.*backup is the way back/);
    }
    for (const words of ['internal error', 'open /data/rollup/3.seg: EMFILE (other)']) {
      const { advice } = describeTrouble(new ConnectError(words, Code.Internal));
      assert.match(advice, /the query may be what breaks it/);
    }
    const refused = describeTrouble(new ConnectError('no {file="a.seg"}', Code.InvalidArgument));
    assert.equal(refused.title, 'The server cannot read this query');
  });

  it('has words for any code', () => {
    assert.equal(describeTrouble(new ConnectError('?', Code.DataLoss)).title, 'The server failed');
  });
});

describe('whether the server is there', () => {
  const QUESTION = { span: { startMillis: 1, endMillis: 2 }, groupBy: [], targetPoints: 1 };

  /** What is told of one call that fails with this, or is answered. */
  async function toldOf(reason: unknown, signal = new AbortController().signal) {
    const told: boolean[] = [];
    const call = async () => {
      if (reason !== undefined) throw reason;
      return { services: [], leftOutCount: 0, nowMillis: 1, newestMillis: undefined };
    };
    const unasked = () => assert.fail('not asked');
    const api: PageApi = {
      listServices: call,
      getTimeline: unasked,
      getFlameGraph: unasked,
      getFunction: unasked,
      getFunctionPast: unasked,
    };
    const asked = watchReach(api, (each) => told.push(each)).listServices(QUESTION, signal);
    if (reason === undefined) await asked;
    else await assert.rejects(asked, (thrown) => thrown === reason);
    return told;
  }

  it('is told by an answer, also by one that refuses', async () => {
    assert.deepEqual(await toldOf(undefined), [false]);
    assert.deepEqual(await toldOf(new ConnectError('no', Code.InvalidArgument)), [false]);
  });

  it('is told by none, and by a proxy that has nobody behind it', async () => {
    assert.deepEqual(await toldOf(ConnectError.from(new TypeError('Failed to fetch'))), [true]);
    assert.deepEqual(await toldOf(new ConnectError('bad gateway', Code.Unavailable)), [true]);
  });

  it('is not told by a call that the page stopped', async () => {
    assert.deepEqual(await toldOf(new TypeError('Failed to fetch'), AbortSignal.abort()), []);
  });
});
