import { formatShare, formatValue, type SampleUnit } from '@emberscope/units';
import type { ReactNode } from 'react';
import type { CallCost, FunctionAnswer } from '../api/function-answer.ts';
import type { PageApi, Selection } from '../api/page-api.ts';
import type { RemoteActivity } from '../api/remote.ts';
import { useRemote } from '../api/use-remote.ts';
import { noteOfFrame } from '../flame-graph/frame-notes.ts';
import { placeOf } from '../flame-graph/frame-words.ts';
import type { FunctionRef } from '../page-state.ts';
import { sparklinePath } from '../services/sparkline-path.ts';
import { CopyButton } from '../ui/CopyButton.tsx';
import { Icon } from '../ui/icons.tsx';
import { Pending } from '../ui/Pending.tsx';
import { FunctionPastPlace } from './FunctionPast.tsx';
import { pastSpan } from './past-span.ts';
import type { ProfileTypeWords } from './profile-type-words.ts';
import { runningLines } from './running-lines.ts';
import { type ShareRow, Shares } from './Shares.tsx';

type FunctionDrawerProps = {
  readonly api: PageApi;
  readonly selection: Selection | undefined;
  readonly shown: FunctionRef;
  /** Whether the selection moves with the clock. */
  readonly isMoving: boolean;
  /** What goes on in the graph's place, where an error is said. */
  readonly beside: RemoteActivity;
  readonly words: ProfileTypeWords;
  readonly onShow: (shown: FunctionRef | undefined) => void;
  readonly onSearch: (text: string) => void;
  /** Undefined where all services are looked at already. */
  readonly onFindEverywhere: (() => void) | undefined;
};

/** More callers, callees and lines than these are read in the graph. */
const ROW_LIMIT = 8;
const SPARK_POINTS = 66;
const SPARK_WIDTH_PX = 328;
const SPARK_HEIGHT_PX = 40;

/** One function beside the graph: where it is, what it cost, line by line, who called it, whom it called. */
export function FunctionDrawer(props: FunctionDrawerProps) {
  const { api, selection, shown, isMoving, beside, words } = props;
  const { onShow, onSearch, onFindEverywhere } = props;
  const place = placeOf(shown.file, shown.line);
  const note = noteOfFrame(shown.name, shown.file);
  const subject = `${words.id} ${selection?.selector} ${JSON.stringify(shown)}`;
  const remote = useRemote(
    subject,
    selection && { ...selection, shown, targetPoints: SPARK_POINTS, limit: ROW_LIMIT },
    api.getFunction,
  );
  const past = useRemote(
    subject,
    selection && { ...selection, shown, span: pastSpan(selection.span, isMoving) },
    api.getFunctionPast,
  );
  const retryBoth = () => {
    remote.retry();
    if (past.activity.kind === 'failed') past.retry();
  };
  // What is said of another function is never shown under this one's name.
  const answer = remote.shown?.subject === subject ? remote.shown.answer : undefined;
  return (
    <aside className="drawer" aria-label="Function">
      <div className="drawer-head">
        <h2>{shown.name === '' ? '(no name)' : shown.name}</h2>
        <button
          type="button"
          className="button is-quiet is-icon"
          aria-label="Close"
          title="Close (Esc)"
          onClick={() => onShow(undefined)}
        >
          <Icon name="close" />
        </button>
      </div>
      {place !== '' && (
        <div className="drawer-place">
          <code>{place}</code>
          <CopyButton text={place} label="Copy" />
        </div>
      )}
      {note !== '' && <p className="drawer-note">{note}</p>}
      <div className="drawer-actions">
        <button type="button" className="button" onClick={() => onSearch(shown.name)}>
          Find in the graph
        </button>
        {onFindEverywhere !== undefined && (
          <button type="button" className="button" onClick={onFindEverywhere}>
            Find in all services
          </button>
        )}
      </div>
      <Pending
        {...remote}
        what="the function"
        className="drawer-place-of-answer"
        beside={beside}
        retry={retryBoth}
      >
        {answer && (
          <FunctionFacts answer={answer} shown={shown} words={words} onShow={onShow}>
            <FunctionPastPlace
              {...past}
              answer={past.shown?.subject === subject ? past.shown.answer : undefined}
              now={answer}
              words={words}
              beside={remote.activity.kind === 'failed' ? remote.activity : beside}
            />
          </FunctionFacts>
        )}
      </Pending>
    </aside>
  );
}

type FunctionFactsProps = Pick<FunctionDrawerProps, 'shown' | 'words' | 'onShow'> & {
  readonly answer: FunctionAnswer;
  /** The function's past, which is known apart from the rest. */
  readonly children: ReactNode;
};

function FunctionFacts({ answer, shown, words, onShow, children }: FunctionFactsProps) {
  const { self, total, lines, callers, callees, labels, timeline, coverage } = answer;
  const { unit } = words;
  if (total === 0) {
    return (
      <>
        <p className="drawer-empty">It cost nothing in this range and with these labels.</p>
        {children}
      </>
    );
  }
  const path = sparklinePath(timeline, SPARK_WIDTH_PX, SPARK_HEIGHT_PX);
  return (
    <>
      <dl className="drawer-costs">
        <Cost name="Total" value={total} all={coverage.total} unit={unit} />
        <Cost name="Self" value={self} all={coverage.total} unit={unit} />
      </dl>
      {path !== '' && (
        <svg
          viewBox={`0 0 ${SPARK_WIDTH_PX} ${SPARK_HEIGHT_PX}`}
          preserveAspectRatio="none"
          className="sparkline drawer-spark"
          role="img"
          aria-label={`${words.title} of the function over the range`}
        >
          <path d={path} />
        </svg>
      )}
      {children}
      <Shares
        title="Lines that ran"
        rows={runningLines(lines, shown.line)
          .slice(0, ROW_LIMIT)
          .map(({ line, total: cost }) => ({
            key: String(line),
            text: line === 0 ? 'unknown' : `line ${line}`,
            value: cost,
          }))}
        whole={total}
        unit={unit}
      />
      <Shares title="Called by" rows={rowsOfCalls(callers, onShow)} whole={total} unit={unit} />
      <Shares title="Calls" rows={rowsOfCalls(callees, onShow)} whole={total} unit={unit} />
      <Shares
        title="Ran under"
        // What all of it ran under tells nothing apart.
        rows={labels
          .filter(({ total: cost }) => cost < total)
          .map(({ text, total: cost }) => ({ key: text, text, value: cost }))}
        whole={total}
        unit={unit}
      />
    </>
  );
}

type CostProps = {
  readonly name: string;
  readonly value: number;
  readonly all: number;
  readonly unit: SampleUnit;
};

function Cost({ name, value, all, unit }: CostProps) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>
        <strong>{formatValue(value, unit)}</strong> {`${formatShare(value, all)} of all`}
      </dd>
    </div>
  );
}

function rowsOfCalls(
  calls: readonly CallCost[],
  onShow: (shown: FunctionRef) => void,
): readonly ShareRow[] {
  return calls.slice(0, ROW_LIMIT).map(({ other, total }) => ({
    key: JSON.stringify(other),
    text: other.name === '' ? '(no name)' : other.name,
    title: placeOf(other.file, other.line),
    value: total,
    onClick: () => onShow(other),
  }));
}
