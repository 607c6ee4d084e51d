import { useMemo, useState } from 'react';
import type { PageApi } from './api/page-api.ts';
import { watchReach } from './api/reach.ts';
import { Explore } from './explore/Explore.tsx';
import { PAGE_KEYS } from './page-keys.ts';
import { EXPLORE, type PageState, SERVICES } from './page-state.ts';
import { Services } from './services/Services.tsx';
import { TopBar } from './TopBar.tsx';
import { type MillisSpan, moveSpan, spanOfRange, stretchSpan } from './time-range.ts';
import { copyText } from './ui/CopyButton.tsx';
import { HelpDialog } from './ui/HelpDialog.tsx';
import { useTheme } from './ui/theme.ts';
import { useKeys } from './ui/use-keys.ts';
import { refreshMillis, type ServerClock, useNow } from './use-clock.ts';
import { usePageState } from './use-page-state.ts';

type PageProps = { readonly api: PageApi; readonly clock: ServerClock };

/** The bar and the view that the address names. */
export function Page({ api: plainApi, clock }: PageProps) {
  const [state, navigate] = usePageState();
  const [theme, toggleTheme] = useTheme();
  const [isAway, setAway] = useState(false);
  const api = useMemo(() => watchReach(plainApi, setAway), [plainApi]);
  const [isHelpOpen, setHelpOpen] = useState(false);
  const { range, isLive } = state;
  const isMoving = isLive && range.kind === 'last';
  const [nowMillis, refresh] = useNow(clock, isMoving, refreshMillis(range));

  const setRange = (next: PageState['range']) => {
    // A stretch of the old timeline means nothing on a new one.
    navigate(
      state.view === 'explore'
        ? { ...state, range: next, window: undefined }
        : { ...state, range: next },
    );
  };
  const changeSpan = (change: (span: MillisSpan) => MillisSpan) => {
    setRange({ kind: 'fixed', ...change(spanOfRange(range, clock.now())) });
  };
  const zoomRangeIn = () => {
    const window = state.view === 'explore' ? state.window : undefined;
    changeSpan((span) => window ?? stretchSpan(span, 0.5, clock.now()));
  };

  useKeys({
    'g s': () => navigate({ ...SERVICES, range, isLive }),
    'g e': () => navigate({ ...EXPLORE, range, isLive }),
    '[': () => changeSpan((span) => moveSpan(span, -0.5, clock.now())),
    ']': () => changeSpan((span) => moveSpan(span, 0.5, clock.now())),
    '+': zoomRangeIn,
    '=': zoomRangeIn,
    '-': () => changeSpan((span) => stretchSpan(span, 2, clock.now())),
    r: refresh,
    // Where the browser forbids it, the address bar still has the link.
    y: () => void copyText(location.href).catch(() => undefined),
    '?': () => setHelpOpen(true),
  });

  return (
    <>
      <TopBar
        state={state}
        theme={theme}
        isAway={isAway}
        onRange={setRange}
        onLive={(next) => navigate({ ...state, isLive: next }, 'replace')}
        onRefresh={refresh}
        onTheme={toggleTheme}
        onHelp={() => setHelpOpen(true)}
      />
      {state.view === 'services' ? (
        <Services {...{ api, clock, nowMillis, state, navigate, refresh }} />
      ) : (
        <Explore {...{ api, clock, nowMillis, state, navigate, theme }} />
      )}
      {isHelpOpen && <HelpDialog groups={PAGE_KEYS} onClose={() => setHelpOpen(false)} />}
    </>
  );
}
