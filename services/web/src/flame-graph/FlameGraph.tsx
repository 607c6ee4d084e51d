import { NO_NODE, type NodeIndex } from '@emberscope/profile';
import type { SampleUnit } from '@emberscope/units';
import {
  type KeyboardEvent,
  type PointerEvent,
  useEffectEvent,
  useLayoutEffect,
  useMemo,
  useRef,
  useState,
} from 'react';
import type { FunctionRef } from '../page-state.ts';
import { FlameTooltip, type TooltipAnchor } from './FlameTooltip.tsx';
import { flameColours, type Theme } from './flame-colours.ts';
import {
  type FlameModel,
  nodeOfPath,
  nodeUnder,
  pathOfNode,
  rowCountOfView,
  type View,
  viewOfNode,
} from './flame-model.ts';
import { sentenceOfFrame, wordsOfFrame } from './frame-words.ts';
import {
  boxEdges,
  createTextFitter,
  FLAME_FONT,
  paintFlameGraph,
  ROW_PX,
  type TextFitter,
} from './paint-flame-graph.ts';
import { isWalkKey, walk } from './walk.ts';
import { viewDuringZoom, ZOOM_MILLIS } from './zoom-motion.ts';

type FlameGraphProps = {
  readonly model: FlameModel;
  readonly unit: SampleUnit;
  /** What shares of all are taken of. */
  readonly allTotal: number;
  /** What the row above all others says. */
  readonly wholeText: string;
  /** The node that fills the view; `NO_NODE` for everything. */
  readonly zoom: NodeIndex;
  /** By frame: what a search found; undefined without a search. */
  readonly isMatch: Uint8Array | undefined;
  readonly theme: Theme;
  readonly onZoom: (node: NodeIndex) => void;
};

type Hover = { readonly node: NodeIndex; readonly anchor: TooltipAnchor };

/** The theme's colours for what is no function. */
const PLAIN = {
  light: {
    plain: { fill: '#e6e2dc', text: '#1f1b16' },
    dimmed: { fill: '#efece7', text: '#6b6459' },
  },
  dark: {
    plain: { fill: '#353026', text: '#efe9df' },
    dimmed: { fill: '#29251d', text: '#a69d8e' },
  },
} as const;

const NO_PATH: readonly FunctionRef[] = [];

/**
 * A flame graph on a canvas: roots above, callees below, width is cost. Pointer, touch and keyboard
 * reach every frame that is drawn; what is on screen follows `zoom`, which belongs to the caller.
 */
export function FlameGraph(props: FlameGraphProps) {
  const { model, unit, allTotal, zoom, isMatch, theme, wholeText, onZoom } = props;
  const scroller = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const fitter = useRef<TextFitter>(null);
  const view = useRef<View>(viewOfNode(model, zoom));
  const [size, setSize] = useState({ widthPx: 0, heightPx: 0 });
  const [hover, setHover] = useState<Hover | undefined>(undefined);
  // By path, so that the walk goes on where it was when the next answer comes in.
  const [focusPath, setFocusPath] = useState<readonly FunctionRef[]>(NO_PATH);

  const colours = useMemo(() => flameColours(model.tree.frames, theme), [model, theme]);
  const focus = useMemo(() => nodeOfPath(model, focusPath), [model, focusPath]);
  const rowCount = useMemo(() => rowCountOfView(model, zoom), [model, zoom]);

  const paint = useEffectEvent(() => {
    const context = canvas.current?.getContext('2d');
    const box = scroller.current;
    if (!context || box === null || size.widthPx === 0) return;
    fitter.current ??= createTextFitter((text) => {
      context.font = FLAME_FONT;
      return context.measureText(text).width;
    });
    const pixelRatio = window.devicePixelRatio || 1;
    paintFlameGraph(
      context,
      {
        model,
        colours,
        isMatch,
        wholeText,
        ...size,
        ...PLAIN[theme],
        view: view.current,
        scrollTopPx: box.scrollTop,
        pixelRatio,
      },
      fitter.current,
    );
  });

  // Measured at once as well: an observer tells the first size a frame later, and the picture waits.
  useLayoutEffect(() => {
    const box = scroller.current;
    if (box === null) return;
    const measure = () => {
      const [widthPx, heightPx] = [box.clientWidth, box.clientHeight];
      setSize((before) =>
        before.widthPx === widthPx && before.heightPx === heightPx ? before : { widthPx, heightPx },
      );
    };
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(box);
    return () => observer.disconnect();
  }, []);

  // Setting a canvas's size wipes it, so size and first paint are one step before the browser's.
  useLayoutEffect(() => {
    const element = canvas.current;
    if (element === null || size.widthPx === 0) return;
    const pixelRatio = window.devicePixelRatio || 1;
    element.width = Math.round(size.widthPx * pixelRatio);
    element.height = Math.round(size.heightPx * pixelRatio);
    paint();
  }, [size]);

  // biome-ignore lint/correctness/useExhaustiveDependencies: what `paint` reads and must redraw for
  useLayoutEffect(() => paint(), [colours, isMatch, wholeText, theme]);

  const lastZoomPath = useRef<readonly FunctionRef[]>(NO_PATH);
  const lastModel = useRef(model);
  const startZoom = useEffectEvent((): (() => void) => {
    const target = viewOfNode(model, zoom);
    if (lastModel.current !== model) {
      // A new tree has new widths: it stands at once where the old one stood, by name.
      view.current = viewOfNode(model, nodeOfPath(model, lastZoomPath.current));
      lastModel.current = model;
    }
    lastZoomPath.current = pathOfNode(model, zoom);
    setHover(undefined);
    return moveView(view.current, target, (next) => {
      view.current = next;
      paint();
    });
  });
  // biome-ignore lint/correctness/useExhaustiveDependencies: `startZoom` reads both
  useLayoutEffect(() => startZoom(), [model, zoom]);

  const nodeAtPointer = (event: PointerEvent): { row: number; node: NodeIndex } => {
    const box = scroller.current;
    if (box === null || size.widthPx === 0) return { row: -1, node: NO_NODE };
    const { left, top } = box.getBoundingClientRect();
    const row = Math.floor((event.clientY - top + box.scrollTop) / ROW_PX);
    const fraction = (event.clientX - left) / size.widthPx;
    return { row, node: nodeUnder(model, view.current, row, fraction) };
  };

  const showHover = (event: PointerEvent) => {
    const { row, node } = nodeAtPointer(event);
    const box = scroller.current;
    if (node === NO_NODE || box === null) return setHover(undefined);
    const boxTop = row * ROW_PX - box.scrollTop;
    const pointerX = event.clientX - box.getBoundingClientRect().left;
    setHover({ node, anchor: { pointerX, boxTop, boxBottom: boxTop + ROW_PX } });
  };

  const onPointerUp = (event: PointerEvent) => {
    if (event.button !== 0) return;
    const { row, node } = nodeAtPointer(event);
    // A finger has no hover: the first tap explains, the second one zooms.
    if (event.pointerType === 'touch' && node !== NO_NODE && hover?.node !== node) {
      return showHover(event);
    }
    if (node !== NO_NODE) {
      setFocusPath(pathOfNode(model, node));
      onZoom(node);
    } else if (row === 0) onZoom(NO_NODE);
  };

  const onKeyDown = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    if (isWalkKey(event.key)) {
      const next = walk(model, focus, event.key, zoom);
      setFocusPath(pathOfNode(model, next));
      setHover(undefined);
      scrollIntoView(scroller.current, model, next);
    } else if (event.key === 'Enter' && focus !== NO_NODE) onZoom(focus);
    else if (event.key === 'Backspace' && zoom !== NO_NODE) {
      onZoom(model.tree.parent[zoom] ?? NO_NODE);
    } else return;
    event.preventDefault();
  };

  const restView = viewOfNode(model, zoom);
  const ring = (node: NodeIndex) => {
    const { left, right } = boxEdges(model, restView, size.widthPx, node);
    const top = ((model.boxes.depth[node] ?? 0) + 1) * ROW_PX;
    return { left, top, width: Math.max(2, right - left - 1), height: ROW_PX - 1 };
  };
  const isDrawn = (node: NodeIndex): boolean => {
    const { left, right } = boxEdges(model, restView, size.widthPx, node);
    return node !== NO_NODE && right > left;
  };
  const hovered = hover !== undefined && isDrawn(hover.node) ? hover : undefined;
  const describe = (node: NodeIndex) => wordsOfFrame(model, node, zoom, unit, allTotal);

  return (
    <div className="flame">
      <div
        ref={scroller}
        className="flame-scroller"
        // biome-ignore lint/a11y/noNoninteractiveTabindex: an application is walked by keys
        tabIndex={0}
        role="application"
        aria-roledescription="flame graph"
        aria-label="Flame graph. Arrows walk frames, Enter zooms in, Backspace zooms out. The call tree shows the same as a grid."
        onKeyDown={onKeyDown}
        onScroll={() => {
          setHover(undefined);
          paint();
        }}
        onPointerMove={(event) => event.pointerType !== 'touch' && showHover(event)}
        onPointerLeave={(event) => event.pointerType !== 'touch' && setHover(undefined)}
        onPointerUp={onPointerUp}
      >
        <div className="flame-content" style={{ height: rowCount * ROW_PX }}>
          <canvas ref={canvas} className="flame-canvas" style={{ height: size.heightPx }} />
          {hovered !== undefined && <div className="flame-ring" style={ring(hovered.node)} />}
          {isDrawn(focus) && <div className="flame-ring is-focus" style={ring(focus)} />}
        </div>
      </div>
      {hovered !== undefined && (
        <FlameTooltip words={describe(hovered.node)} anchor={hovered.anchor} />
      )}
      <div className="visually-hidden" role="status">
        {focus !== NO_NODE && sentenceOfFrame(describe(focus))}
      </div>
    </div>
  );
}

/** Moves a view to another within `ZOOM_MILLIS`, or at once for who wants no motion. Returns how to stop it. */
function moveView(from: View, to: View, show: (view: View) => void): () => void {
  const isSame = from.left === to.left && from.width === to.width;
  if (isSame || matchMedia('(prefers-reduced-motion: reduce)').matches) {
    show(to);
    return () => {};
  }
  const startMillis = performance.now();
  let request = 0;
  const step = () => {
    const elapsedMillis = performance.now() - startMillis;
    show(viewDuringZoom(from, to, elapsedMillis));
    if (elapsedMillis < ZOOM_MILLIS) request = requestAnimationFrame(step);
  };
  step();
  return () => cancelAnimationFrame(request);
}

function scrollIntoView(box: HTMLDivElement | null, { boxes }: FlameModel, node: NodeIndex): void {
  if (box === null || node === NO_NODE) return;
  const top = ((boxes.depth[node] ?? 0) + 1) * ROW_PX;
  if (top < box.scrollTop) box.scrollTop = top;
  else if (top + ROW_PX > box.scrollTop + box.clientHeight) {
    box.scrollTop = top + ROW_PX - box.clientHeight;
  }
}
