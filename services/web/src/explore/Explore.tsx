import { useEffect, useMemo, useRef, useState } from 'react';
import type { PageApi } from '../api/page-api.ts';
import { useRemote } from '../api/use-remote.ts';
import type { ExploreState, FunctionRef } from '../page-state.ts';
import { spanOfRange } from '../time-range.ts';
import { Pending } from '../ui/Pending.tsx';
import type { Theme } from '../ui/theme.ts';
import type { ServerClock } from '../use-clock.ts';
import type { Navigate } from '../use-page-state.ts';
import { ExploreBar } from './ExploreBar.tsx';
import { FunctionDrawer } from './FunctionDrawer.tsx';
import { listedSpan } from './listed-span.ts';
import { orderProfileTypes, wordsOfProfileType } from './profile-type-words.ts';
import { ResultView } from './ResultView.tsx';
import { selectorOf } from './selector.ts';
import { Timeline } from './Timeline.tsx';

type ExploreProps = {
  readonly api: PageApi;
  readonly clock: ServerClock;
  readonly nowMillis: number;
  readonly state: ExploreState;
  readonly navigate: Navigate;
  readonly theme: Theme;
};

/** A bar of the timeline is about this wide in CSS pixels. */
const BUCKET_PX = 5;
const TARGET_POINTS_MAX = 300;

/** What did this minute cost? One selection: its cost over time, and by function. */
export function Explore({ api, clock, nowMillis, state, navigate, theme }: ExploreProps) {
  const { service, labels, range, window, zoom } = state;
  const set = (change: Partial<ExploreState>, how?: 'push' | 'replace') =>
    navigate({ ...state, ...change }, how);
  const span = useMemo(() => spanOfRange(range, nowMillis), [range, nowMillis]);

  const [askedSpan, setAskedSpan] = useState(span);
  const services = useRemote(
    'services',
    { span: askedSpan, groupBy: [], targetPoints: 1 },
    async (question, signal) => {
      const answer = await api.listServices(question, signal);
      clock.learn(answer.nowMillis);
      return answer;
    },
  );
  const listed = services.shown?.answer.services;
  const offered = useMemo(() => {
    const matching = (listed ?? []).filter(({ name }) => service === '' || name === service);
    return orderProfileTypes(matching.flatMap(({ profileTypes }) => profileTypes));
  }, [listed, service]);
  const isNothingThere = listed !== undefined && offered.length === 0;
  const nextSpan = listedSpan(askedSpan, span, isNothingThere);
  if (nextSpan !== askedSpan) setAskedSpan(nextSpan);
  // Until the list is there, nobody knows what the service has.
  const profileType = state.profileType === '' ? offered[0] : state.profileType;
  const words = useMemo(() => wordsOfProfileType(profileType ?? ''), [profileType]);

  const selector = useMemo(() => selectorOf(service, labels), [service, labels]);
  const selection =
    profileType === undefined || !selector.ok
      ? undefined
      : { profileType, selector: selector.selector };
  const subject = `${profileType ?? ''} ${selector.ok ? selector.selector : ''}`;

  const timeline = useRemote(
    subject,
    selection && { ...selection, span, targetPoints: targetPoints() },
    api.getTimeline,
  );
  const graphSpan = window ?? span;
  const graph = useRemote(
    subject,
    selection && { ...selection, span: graphSpan, rootPath: NO_PATH },
    api.getFlameGraph,
  );
  // The server leaves the smallest nodes out. Within a zoom it is asked again, so that all the nodes
  // it may answer are spent on what is then on screen.
  const isCut = graph.shown?.subject === subject && graph.shown.answer.otherTotal > 0;
  const zoomSubject = `${subject} ${JSON.stringify(zoom)}`;
  const zoomQuestion =
    selection && isCut && zoom.length > 0
      ? { ...selection, span: graphSpan, rootPath: zoom }
      : undefined;
  const zoomed = useRemote(zoomSubject, zoomQuestion, api.getFlameGraph);
  const busiest = zoomQuestion !== undefined && graph.activity.kind === 'idle' ? zoomed : graph;

  useEffect(() => {
    document.title = `${service === '' ? 'All services' : service} · ${words.title} · Emberscope`;
  }, [service, words]);

  // An error that all places have in common is said once, so its Retry is theirs too.
  const [retryCount, setRetryCount] = useState(0);
  const retryAll = () => {
    busiest.retry();
    for (const each of [services, timeline]) if (each.activity.kind === 'failed') each.retry();
    setRetryCount(retryCount + 1);
  };

  const search = useRef<HTMLInputElement>(null);
  const whole = graph.shown;
  const part = zoom.length > 0 && zoomed.shown?.subject === zoomSubject ? zoomed.shown : undefined;

  return (
    <main className="explore">
      <h1 className="visually-hidden">{`Explore ${service === '' ? 'all services' : service}`}</h1>
      <ExploreBar
        state={state}
        services={listed ?? []}
        profileTypes={offered}
        profileType={profileType ?? ''}
        set={set}
      />
      {profileType === undefined ? (
        <Pending {...services} what="the list of services" className="result-place">
          {isNothingThere ? <NothingThere service={service} set={set} /> : undefined}
        </Pending>
      ) : !selector.ok && graph.shown === undefined ? (
        <div className="empty">
          <h2>The label filter cannot be read</h2>
          <p>
            It is marked above. Conditions look like <code>cluster="eu-west", region=~"eu-.*"</code>
            .
          </p>
        </div>
      ) : (
        <>
          <Pending
            {...timeline}
            what="the timeline"
            className="timeline-place"
            beside={busiest.activity}
          >
            {timeline.shown && (
              <Timeline
                timeline={timeline.shown.answer.timeline}
                words={words}
                theme={theme}
                span={span}
                window={window}
                onWindow={(next) => set({ window: next })}
              />
            )}
          </Pending>
          <div className="explore-body">
            <Pending {...busiest} what="the flame graph" className="result-place" retry={retryAll}>
              {whole && (
                <ResultView
                  answer={whole.answer}
                  part={part?.answer}
                  state={state}
                  words={words}
                  theme={theme}
                  searchField={search}
                  set={set}
                />
              )}
            </Pending>
            {state.details !== undefined && (
              <FunctionDrawer
                key={retryCount}
                api={api}
                beside={busiest.activity}
                selection={selection && { ...selection, span: graphSpan }}
                shown={state.details}
                isMoving={range.kind === 'last' && window === undefined}
                words={words}
                onShow={(details) => set({ details })}
                onSearch={(text) => set({ search: text })}
                onFindEverywhere={
                  service === ''
                    ? undefined
                    : () =>
                        set({ service: '', labels: '', profileType: profileType ?? '', zoom: [] })
                }
              />
            )}
          </div>
        </>
      )}
    </main>
  );
}

const NO_PATH: readonly FunctionRef[] = [];

type NothingThereProps = {
  readonly service: string;
  readonly set: (change: Partial<ExploreState>) => void;
};

function NothingThere({ service, set }: NothingThereProps) {
  return (
    <div className="empty">
      <h2>{`No profiles${service === '' ? '' : ` of ${service}`} in this range`}</h2>
      <p>
        The service may be stopped, or renamed, or its profiles do not reach this server, directly
        or through a collector.
      </p>
      <div className="empty-actions">
        <button
          type="button"
          className="button"
          onClick={() => set({ range: { kind: 'last', minutes: 1440 }, window: undefined })}
        >
          Look at the last day
        </button>
        {service !== '' && (
          <button type="button" className="button" onClick={() => set({ service: '' })}>
            Look at all services
          </button>
        )}
      </div>
    </div>
  );
}

function targetPoints(): number {
  return Math.max(20, Math.min(TARGET_POINTS_MAX, Math.round(innerWidth / BUCKET_PX)));
}
