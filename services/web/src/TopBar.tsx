import { EXPLORE, formatPageState, type PageState, SERVICES } from './page-state.ts';
import { formatMinutes, formatRange, RANGE_MINUTES, type RangeChoice } from './time-range.ts';
import { Icon, Mark } from './ui/icons.tsx';
import { Picker } from './ui/Picker.tsx';
import type { Theme } from './ui/theme.ts';

type TopBarProps = {
  readonly state: PageState;
  readonly theme: Theme;
  /** Whether the server did not answer the last question. */
  readonly isAway: boolean;
  readonly onRange: (range: RangeChoice) => void;
  readonly onLive: (isLive: boolean) => void;
  readonly onRefresh: () => void;
  readonly onTheme: () => void;
  readonly onHelp: () => void;
};

/** Views, range and what holds for all of them. A view that is there has a link, and no other. */
export function TopBar(props: TopBarProps) {
  const { state, theme, isAway, onRange, onLive, onRefresh, onTheme, onHelp } = props;
  const { range, isLive } = state;
  const common = { range, isLive };
  // On and not live: what is shown is old, and the page goes on asking.
  const isStuck = isLive && range.kind === 'last' && isAway;
  return (
    <header className="top-bar">
      <a className="brand" href={formatPageState(SERVICES)} aria-label="Emberscope: services">
        <Mark />
        <span className="brand-name">emberscope</span>
      </a>
      <nav className="views" aria-label="Views">
        <ViewLink
          name="Services"
          isHere={state.view === 'services'}
          address={formatPageState({ ...SERVICES, ...common })}
        />
        <ViewLink
          name="Explore"
          isHere={state.view === 'explore'}
          address={formatPageState({ ...EXPLORE, ...common })}
        />
      </nav>
      <span className="bar-space" />
      <button
        type="button"
        className={`button is-quiet live-button${isStuck ? ' is-stuck' : ''}`}
        aria-label={isStuck ? 'Live: not live, the profile server does not answer' : 'Live'}
        aria-pressed={isLive}
        title={liveTitle(isLive, isStuck)}
        disabled={range.kind === 'fixed'}
        onClick={() => onLive(!isLive)}
      >
        <span className="live-dot" aria-hidden="true" />
        <span className="live-name">{isStuck ? 'Not live' : 'Live'}</span>
      </button>
      <button
        type="button"
        className="button is-quiet is-icon"
        aria-label="Refresh"
        title="Refresh (r)"
        disabled={range.kind === 'fixed'}
        onClick={onRefresh}
      >
        <Icon name="refresh" />
      </button>
      <RangePicker range={range} onRange={onRange} />
      <button
        type="button"
        className="button is-quiet is-icon"
        aria-label={theme === 'dark' ? 'Light colours' : 'Dark colours'}
        title={theme === 'dark' ? 'Light colours' : 'Dark colours'}
        onClick={onTheme}
      >
        <Icon name="theme" />
      </button>
      <button
        type="button"
        className="button is-quiet is-icon help-button"
        aria-label="Keys"
        title="Keys (?)"
        onClick={onHelp}
      >
        <Icon name="help" />
      </button>
    </header>
  );
}

function liveTitle(isLive: boolean, isStuck: boolean): string {
  if (isStuck) return 'The profile server does not answer. The page goes on asking.';
  return isLive ? 'Stop asking again by itself' : 'Ask again as time goes on';
}

type ViewLinkProps = { readonly name: string; readonly isHere: boolean; readonly address: string };

function ViewLink({ name, isHere, address }: ViewLinkProps) {
  // A click on the view one is in would drop what one is looking at.
  return isHere ? (
    <span className="view-link is-here" aria-current="page">
      {name}
    </span>
  ) : (
    <a className="view-link" href={address}>
      {name}
    </a>
  );
}

const FIXED = 'fixed';

type RangePickerProps = Pick<TopBarProps, 'onRange'> & { readonly range: RangeChoice };

function RangePicker({ range, onRange }: RangePickerProps) {
  const isOffered = range.kind === 'last' && RANGE_MINUTES.includes(range.minutes);
  const offered = RANGE_MINUTES.map((minutes) => ({
    value: String(minutes),
    text: `last ${formatMinutes(minutes)}`,
  }));
  return (
    <Picker
      label="Range"
      icon={<Icon name="clock" />}
      value={isOffered ? String(range.minutes) : FIXED}
      choices={isOffered ? offered : [{ value: FIXED, text: formatRange(range) }, ...offered]}
      onChange={(value) => {
        if (value !== FIXED) onRange({ kind: 'last', minutes: Number(value) });
      }}
    />
  );
}
