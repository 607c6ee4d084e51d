import { type KeyboardEvent, type PointerEvent, useMemo, useState } from 'react';
import type { FunctionPast, PeriodCost } from '../api/function-answer.ts';
import type { RemoteActivity } from '../api/remote.ts';
import type { RemoteControls } from '../api/use-remote.ts';
import { Pending } from '../ui/Pending.tsx';
import type { ProfileTypeWords } from './profile-type-words.ts';
import { dayText, dayValueText, type TrendDays, trendDays, trendPaths } from './trend-days.ts';
import { weekSentence } from './week-sentence.ts';

type FunctionPastPlaceProps = RemoteControls & {
  readonly activity: RemoteActivity;
  /** Undefined until the first answer about the function. */
  readonly answer: FunctionPast | undefined;
  /** What goes on where an error is said already. */
  readonly beside: RemoteActivity;
  /** The function in the range that is shown. */
  readonly now: PeriodCost;
  readonly words: ProfileTypeWords;
};

const TITLE = 'Last 90 days, per day (UTC)';

/** The place of a function's past, with room for it while the first answer is on its way. */
export function FunctionPastPlace({ answer, now, words, ...remote }: FunctionPastPlaceProps) {
  const isAwaited = answer === undefined && remote.activity.kind === 'loading';
  return (
    <div className={isAwaited ? 'trend-place is-awaited' : 'trend-place'}>
      {answer === undefined && <h3 className="trend-title is-late">{TITLE}</h3>}
      <Pending {...remote} what="the last 90 days">
        {answer && <FunctionTrend past={answer} now={now} words={words} />}
      </Pending>
    </div>
  );
}

type FunctionTrendProps = Pick<FunctionPastPlaceProps, 'now' | 'words'> & {
  readonly past: FunctionPast;
};

/** How a function did in the past; nothing where no past is known. */
function FunctionTrend({ past, now, words }: FunctionTrendProps) {
  const days = useMemo(() => trendDays(past.trend), [past]);
  const sentence = weekSentence(now, past, words);
  if (days === undefined && sentence === '') return null;
  return (
    <section className="trend">
      {days !== undefined && (
        <>
          <h3 className="trend-title">{TITLE}</h3>
          <TrendChart days={days} words={words} />
          <TrendTable days={days} words={words} />
        </>
      )}
      {sentence !== '' && <p className="trend-week">{unbroken(sentence)}</p>}
    </section>
  );
}

/** No line ends between a number and what it counts. */
function unbroken(sentence: string): string {
  return sentence.replace(/(?<=\d) (?=[%\p{L}])/gu, '\u00a0');
}

type TrendDaysProps = { readonly days: TrendDays; readonly words: ProfileTypeWords };

const WIDTH_PX = 328;
const HEIGHT_PX = 48;

/** A bar for each day. The pointer and the arrows say what a day is worth. */
function TrendChart({ days, words }: TrendDaysProps) {
  const [picked, setPicked] = useState<{ readonly place: number; readonly byKey: boolean }>();
  const { whole, today } = useMemo(() => trendPaths(days, WIDTH_PX, HEIGHT_PX), [days]);
  const last = days.length - 1;
  // A picked day may be gone with the answer that it was a day of.
  const place = picked === undefined ? undefined : Math.min(picked.place, last);
  const sayDay = (day: number) => `${dayText(days, day)} · ${dayValueText(days, day, words)}`;

  const onKeyDown = (event: KeyboardEvent) => {
    const next = {
      ArrowLeft: place === undefined ? last : place - 1,
      ArrowRight: place === undefined ? last : place + 1,
      Home: 0,
      End: last,
    }[event.key];
    if (next === undefined) return;
    setPicked({ place: Math.max(0, Math.min(last, next)), byKey: true });
    event.preventDefault();
  };
  const point = ({ currentTarget, clientX }: PointerEvent) => {
    const { left, width } = currentTarget.getBoundingClientRect();
    const under = Math.floor(((clientX - left) / width) * days.length);
    setPicked({ place: Math.max(0, Math.min(last, under)), byKey: false });
  };

  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset is for forms
    <div
      className="trend-chart"
      role="group"
      aria-label={`${words.title} of the function, ${TITLE}. Left and right arrows walk days.`}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: the arrows need something to be pressed on
      tabIndex={0}
      onKeyDown={onKeyDown}
      onBlur={() => setPicked(undefined)}
    >
      <div className="trend-readout" aria-hidden="true">
        {place === undefined ? `highest: ${sayDay(days.largestPlace)}` : sayDay(place)}
      </div>
      <svg
        viewBox={`0 0 ${WIDTH_PX} ${HEIGHT_PX}`}
        preserveAspectRatio="none"
        className="trend-bars"
        aria-hidden="true"
        onPointerMove={point}
        onPointerDown={point}
        onPointerLeave={({ pointerType }) => {
          // A finger that is lifted has left too, and what it tapped on is still to be read.
          if (pointerType === 'mouse') setPicked(undefined);
        }}
      >
        {place !== undefined && (
          <rect
            className="trend-picked"
            x={(place * WIDTH_PX) / days.length}
            width={WIDTH_PX / days.length}
            height={HEIGHT_PX}
          />
        )}
        <path className="trend-whole" d={whole} />
        <path className="trend-today" d={today} />
      </svg>
      <div className="trend-ends" aria-hidden="true">
        <span>{dayText(days, 0)}</span>
        <span className="trend-end">{today === '' ? 'today' : 'today so far'}</span>
      </div>
      <div className="visually-hidden" role="status">
        {picked?.byKey === true && place !== undefined ? sayDay(place) : ''}
      </div>
    </div>
  );
}

/** The same for who cannot see the bars. */
function TrendTable({ days, words }: TrendDaysProps) {
  return (
    <div className="visually-hidden">
      <table>
        <caption>{TITLE}</caption>
        <thead>
          <tr>
            <th scope="col">Day</th>
            <th scope="col">Total</th>
          </tr>
        </thead>
        <tbody>
          {days.value.map(
            (value, place) =>
              value !== null && (
                <tr key={days.startMillis[place]}>
                  <th scope="row">{dayText(days, place)}</th>
                  <td>{dayValueText(days, place, words)}</td>
                </tr>
              ),
          )}
        </tbody>
      </table>
    </div>
  );
}
