import { type KeyboardEvent, useEffect, useEffectEvent, useMemo, useRef, useState } from 'react';
import uPlot from 'uplot';
import type { Timeline as TimelineData } from '../api/timeline-answer.ts';
import { formatClock, formatDay, type MillisSpan } from '../time-range.ts';
import type { Theme } from '../ui/theme.ts';
import type { ProfileTypeWords } from './profile-type-words.ts';
import {
  formatAmount,
  moveWindow,
  spanOfBuckets,
  type TimelineColumns,
  timelineColumns,
} from './timeline-columns.ts';
import { valueAxisPx, valueTicks } from './value-axis.ts';

type TimelineProps = {
  readonly timeline: TimelineData;
  readonly words: ProfileTypeWords;
  readonly theme: Theme;
  /** The range of the page: what the time axis shows. */
  readonly span: MillisSpan;
  readonly window: MillisSpan | undefined;
  readonly onWindow: (window: MillisSpan | undefined) => void;
};

const HEIGHT_PX = 104;
/** Above the highest bar, so that the read-out in the corner covers none. */
const HEADROOM_PX = 18;
/** Between the labels of the values and the bars. */
const VALUE_GAP_PX = 6;
const AXIS_FONT = '11px ui-sans-serif, system-ui, sans-serif';

/**
 * Cost over time: a bar for each bucket. Dragging chooses whole buckets, so that the graph below
 * costs exactly what the chosen bars say; the keyboard does the same.
 */
export function Timeline({ timeline, words, theme, span, window, onWindow }: TimelineProps) {
  const box = useRef<HTMLDivElement>(null);
  const chart = useRef<uPlot>(null);
  const [hovered, setHovered] = useState<number | undefined>(undefined);
  const columns = useMemo(() => timelineColumns(timeline, words), [timeline, words]);

  const choose = useEffectEvent((plot: uPlot) => {
    const { left, width } = plot.select;
    if (width <= 0) return;
    onWindow(spanOfBuckets(timeline, plot.posToVal(left, 'x'), plot.posToVal(left + width, 'x')));
  });
  const hover = useEffectEvent((plot: uPlot) => {
    const { left = -1 } = plot.cursor;
    const millis = left < 0 ? Number.NaN : plot.posToVal(left, 'x');
    const place = columns.edgeMillis.findIndex((edge) => millis <= edge);
    setHovered(place === -1 ? undefined : place);
  });
  const formatTick = useEffectEvent((amount: number) => formatAmount(amount, words));
  const ticksUpTo = useEffectEvent((top: number) => valueTicks(top, words));

  // A chart for each theme, since its colours are given when it is made; data only moves it.
  // biome-ignore lint/correctness/useExhaustiveDependencies: `theme` decides what the style sheet says
  useEffect(() => {
    const element = box.current;
    if (element === null) return;
    const plot = new uPlot(
      chartOptions(element, {
        choose: (each) => choose(each),
        hover: (each) => hover(each),
        formatTick: (amount) => formatTick(amount),
        ticksUpTo: (top) => ticksUpTo(top),
      }),
      undefined,
      element,
    );
    chart.current = plot;
    const observer = new ResizeObserver(() => {
      plot.setSize({ width: element.clientWidth, height: HEIGHT_PX });
    });
    observer.observe(element);
    return () => {
      observer.disconnect();
      plot.destroy();
      chart.current = null;
    };
  }, [theme]);

  // biome-ignore lint/correctness/useExhaustiveDependencies: a new chart begins without data
  useEffect(() => {
    const plot = chart.current;
    if (plot === null) return;
    plot.batch(() => {
      plot.setData([[...columns.edgeMillis], [...columns.amount]], false);
      plot.setScale('x', { min: span.startMillis, max: span.endMillis });
    });
    showWindow(plot, window);
  }, [columns, span.startMillis, span.endMillis, window, theme]);

  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === 'ArrowLeft') onWindow(moveWindow(timeline, window, -1));
    else if (event.key === 'ArrowRight') onWindow(moveWindow(timeline, window, 1));
    else if (event.key === 'Escape' && window !== undefined) onWindow(undefined);
    else return;
    event.preventDefault();
  };

  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset is for forms
    <div
      className="timeline"
      role="group"
      aria-label={`${words.title} over time. Left and right arrows choose a stretch, Escape drops it.`}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: the arrows need something to be pressed on
      tabIndex={0}
      onKeyDown={onKeyDown}
    >
      <div ref={box} className="timeline-chart" />
      <div className="timeline-readout" aria-hidden="true">
        {readout(columns, hovered, timeline.stepMillis, words)}
      </div>
    </div>
  );
}

/** What the pointer is over: `24 Nov 14:05:10 · 0.42 cores`. */
function readout(
  columns: TimelineColumns,
  place: number | undefined,
  stepMillis: number,
  words: ProfileTypeWords,
): string {
  const edge = place === undefined ? undefined : columns.edgeMillis[place];
  if (place === undefined || edge === undefined) return '';
  const amount = columns.amount[place] ?? null;
  const start = edge - stepMillis;
  const value = amount === null ? 'no profiles' : formatAmount(amount, words);
  return `${formatDay(start)} ${formatClock(start)} · ${value}`;
}

type ChartHooks = {
  readonly choose: (plot: uPlot) => void;
  readonly hover: (plot: uPlot) => void;
  readonly formatTick: (amount: number) => string;
  readonly ticksUpTo: (top: number) => readonly number[];
};

function chartOptions(element: HTMLElement, hooks: ChartHooks): uPlot.Options {
  const style = getComputedStyle(element);
  const bars = uPlot.paths.bars?.({ size: [1, Number.POSITIVE_INFINITY], align: -1, gap: 1 });
  const token = (name: string): string => style.getPropertyValue(name).trim();
  const measurePx = createLabelMeasure();
  const axis = {
    stroke: token('--muted'),
    font: AXIS_FONT,
    grid: { stroke: token('--line'), width: 1 },
    ticks: { show: false },
  };
  return {
    width: element.clientWidth,
    height: HEIGHT_PX,
    ms: 1,
    padding: [HEADROOM_PX, 20, 0, 0],
    legend: { show: false },
    cursor: {
      y: false,
      points: { show: false },
      drag: { x: true, y: false, setScale: false },
    },
    select: { show: true, left: 0, top: 0, width: 0, height: 0 },
    scales: {
      x: { time: true, auto: false },
      y: { range: (_plot, _min, max) => [0, max > 0 ? max * 1.05 : 1] },
    },
    axes: [
      {
        ...axis,
        size: 22,
        gap: 4,
        space: 80,
        values: (_plot, splits) => splits.map((millis) => formatTickTime(millis, splits)),
      },
      {
        ...axis,
        size: (_plot, labels) => valueAxisPx(labels ?? [], VALUE_GAP_PX, measurePx),
        gap: VALUE_GAP_PX,
        splits: (_plot, _axis, _bottom, top) => [...hooks.ticksUpTo(top)],
        values: (_plot, splits) => splits.map(hooks.formatTick),
      },
    ],
    series: [
      {},
      {
        fill: token('--chart-fill'),
        width: 0,
        points: { show: false },
        // Bars, not a line: a bucket is a stretch of time, and two of them are not joined.
        ...(bars === undefined ? {} : { paths: bars }),
      },
    ],
    hooks: { setSelect: [hooks.choose], setCursor: [hooks.hover] },
  };
}

/** A measure for labels, with a canvas of its own: uPlot remembers what it set on the chart's. */
function createLabelMeasure(): (label: string) => number {
  const context = document.createElement('canvas').getContext('2d');
  if (context === null) return () => 0;
  context.font = AXIS_FONT;
  return (label) => context.measureText(label).width;
}

/** `14:05`, with seconds where ticks are closer than a minute, and the day where they are wider. */
function formatTickTime(millis: number, splits: readonly number[]): string {
  const stepMillis = (splits[1] ?? 0) - (splits[0] ?? 0);
  const clock = formatClock(millis);
  if (stepMillis < 60_000) return clock;
  return stepMillis >= 43_200_000 ? formatDay(millis) : clock.slice(0, 5);
}

/** Shows the chosen stretch without telling the hooks that it was chosen. */
function showWindow(plot: uPlot, window: MillisSpan | undefined): void {
  const height = plot.over.clientHeight;
  if (window === undefined) {
    plot.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
    return;
  }
  const left = Math.max(0, plot.valToPos(window.startMillis - 1, 'x'));
  const right = Math.min(plot.over.clientWidth, plot.valToPos(window.endMillis, 'x'));
  plot.setSelect({ left, top: 0, width: Math.max(1, right - left), height }, false);
}
