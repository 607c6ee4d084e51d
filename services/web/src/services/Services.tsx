import { formatAge } from '@emberscope/units';
import { useEffect, useMemo } from 'react';
import type { PageApi } from '../api/page-api.ts';
import type { ServicesAnswer } from '../api/services-answer.ts';
import { useRemote } from '../api/use-remote.ts';
import type { ServicesState } from '../page-state.ts';
import { formatRange, spanOfRange } from '../time-range.ts';
import { Icon } from '../ui/icons.tsx';
import { Pending } from '../ui/Pending.tsx';
import type { ServerClock } from '../use-clock.ts';
import type { Navigate } from '../use-page-state.ts';
import { FirstArrival } from './FirstArrival.tsx';
import { ServiceTable } from './ServiceTable.tsx';
import { columnsOfServices, findServices } from './service-words.ts';

type ServicesProps = {
  readonly api: PageApi;
  readonly clock: ServerClock;
  readonly nowMillis: number;
  readonly state: ServicesState;
  readonly navigate: Navigate;
  /** Asks again now. */
  readonly refresh: () => void;
};

/** Services of one name are apart by this label. */
const GROUP_BY: readonly string[] = ['cluster'];
const SPARKLINE_POINTS = 40;
/** Who waits for the first profile sees it within this time. */
const WATCH_MILLIS = 2000;

/** Every service and how it is doing: is anything wrong now? */
export function Services({ api, clock, nowMillis, state, navigate, refresh }: ServicesProps) {
  const span = useMemo(() => spanOfRange(state.range, nowMillis), [state.range, nowMillis]);
  const question = { span, groupBy: GROUP_BY, targetPoints: SPARKLINE_POINTS };
  const services = useRemote('services', question, async (asked, signal) => {
    const answer = await api.listServices(asked, signal);
    clock.learn(answer.nowMillis);
    return answer;
  });
  const answer = services.shown?.answer;
  const isWaitingForFirst = answer !== undefined && answer.newestMillis === undefined;

  useEffect(() => {
    document.title = 'Services · Emberscope';
  }, []);
  useEffect(() => {
    if (!isWaitingForFirst) return;
    const timer = setInterval(refresh, WATCH_MILLIS);
    return () => clearInterval(timer);
  }, [isWaitingForFirst, refresh]);

  return (
    <main className="services">
      <div className="bar services-bar">
        <h1 className="bar-title">Services</h1>
        <div className="search-field">
          <Icon name="search" />
          <input
            className="field"
            type="search"
            value={state.find}
            placeholder="Find a service"
            aria-label="Find a service"
            autoComplete="off"
            spellCheck={false}
            onChange={(event) => navigate({ ...state, find: event.target.value }, 'replace')}
          />
        </div>
      </div>
      <Pending {...services} what="the list of services" className="services-place">
        {answer && <ServicesResult answer={answer} state={state} navigate={navigate} />}
      </Pending>
    </main>
  );
}

type ServicesResultProps = Pick<ServicesProps, 'state' | 'navigate'> & {
  readonly answer: ServicesAnswer;
};

function ServicesResult({ answer, state, navigate }: ServicesResultProps) {
  const { services, leftOutCount, nowMillis, newestMillis } = answer;
  if (newestMillis === undefined) return <FirstArrival />;
  if (services.length === 0) {
    return (
      <div className="empty">
        <h2>{`Nothing came in ${formatRange(state.range)}`}</h2>
        <p>{`The newest profile is from ${formatAge(nowMillis - newestMillis)}.`}</p>
        <div className="empty-actions">
          <button
            type="button"
            className="button"
            onClick={() => navigate({ ...state, range: { kind: 'last', minutes: 10_080 } })}
          >
            Look at the last week
          </button>
        </div>
      </div>
    );
  }
  const found = findServices(services, state.find);
  return (
    <>
      <ServiceTable
        services={found}
        columns={columnsOfServices(services)}
        nowMillis={nowMillis}
        state={state}
      />
      {found.length === 0 && (
        <p className="grid-empty">{`No service is called “${state.find}”.`}</p>
      )}
      {leftOutCount > 0 && (
        <p className="grid-empty">{`${leftOutCount} more services are not listed.`}</p>
      )}
    </>
  );
}
