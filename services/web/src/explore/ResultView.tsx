import { NO_NODE, type NodeIndex } from '@emberscope/profile';
import { formatValue } from '@emberscope/units';
import { type RefObject, useMemo } from 'react';
import type { FlameGraphAnswer } from '../api/flame-graph-answer.ts';
import { Breadcrumbs } from '../flame-graph/Breadcrumbs.tsx';
import { CallTreeGrid } from '../flame-graph/CallTreeGrid.tsx';
import { FlameGraph } from '../flame-graph/FlameGraph.tsx';
import {
  createFlameModel,
  functionOfNode,
  nearestNodeOfPath,
  pathOfNode,
  totalOfNode,
} from '../flame-graph/flame-model.ts';
import { type FoundNodes, findNodes, searchFrames } from '../flame-graph/flame-search.ts';
import { Legend } from '../flame-graph/Legend.tsx';
import type { ExploreState, Layout } from '../page-state.ts';
import { formatSpan } from '../time-range.ts';
import type { Theme } from '../ui/theme.ts';
import { useKeys } from '../ui/use-keys.ts';
import { FunctionTable } from './FunctionTable.tsx';
import { headlineParts } from './headline.ts';
import type { ProfileTypeWords } from './profile-type-words.ts';
import { SearchBox } from './SearchBox.tsx';

type ResultViewProps = {
  readonly answer: FlameGraphAnswer;
  /** The frame that is zoomed into, answered with more of its callees; undefined without. */
  readonly part: FlameGraphAnswer | undefined;
  readonly state: ExploreState;
  readonly words: ProfileTypeWords;
  readonly theme: Theme;
  readonly searchField: RefObject<HTMLInputElement | null>;
  readonly set: (change: Partial<ExploreState>, how?: 'push' | 'replace') => void;
};

const LAYOUT_NAMES: Readonly<Record<Layout, string>> = {
  flame: 'Flame graph',
  table: 'Table',
  both: 'Both',
  tree: 'Call tree',
};
const LAYOUT_ORDER: readonly Layout[] = ['flame', 'table', 'both', 'tree'];

const NOTHING_FOUND: FoundNodes = { nodes: [], total: 0 };

/** What the selection cost, by function: the sentence, and the graph, table or tree below it. */
export function ResultView(props: ResultViewProps) {
  const { answer, part, state, words, theme, searchField, set } = props;
  const { coverage } = answer;
  const tree = (part ?? answer).tree;
  const model = useMemo(() => createFlameModel(tree), [tree]);
  const zoom = useMemo(() => nearestNodeOfPath(model, state.zoom), [model, state.zoom]);
  const search = useMemo(() => searchFrames(tree.frames, state.search), [tree, state.search]);
  const isMatch = search.kind === 'frames' ? search.isMatch : undefined;
  const found = useMemo(
    () => (isMatch === undefined ? NOTHING_FOUND : findNodes(model, isMatch, zoom)),
    [model, isMatch, zoom],
  );
  const zoomTo = (node: NodeIndex) => set({ zoom: pathOfNode(model, node) });
  const stepToMatch = (step: 1 | -1) => {
    if (isMatch === undefined) return;
    // Largest first: what a search is for is nearly always there.
    const all = findNodes(model, isMatch, NO_NODE).nodes.toSorted(
      (a, b) => totalOfNode(model, b) - totalOfNode(model, a),
    );
    const place = all.indexOf(zoom);
    const next = place === -1 && step === -1 ? all.at(-1) : all[(place + step) % all.length];
    const wanted = next ?? all.at(-1);
    if (wanted !== undefined) zoomTo(wanted);
  };

  const toggleDetails = () => {
    if (state.details !== undefined) set({ details: undefined });
    else if (zoom !== NO_NODE) set({ details: functionOfNode(model, zoom) });
  };

  useKeys({
    '/': () => searchField.current?.select(),
    d: toggleDetails,
    Escape: () => {
      if (state.details !== undefined) set({ details: undefined });
      else if (zoom !== NO_NODE) zoomTo(NO_NODE);
      else if (state.search !== '') set({ search: '' });
      else if (state.window !== undefined) set({ window: undefined });
    },
    f: () => set({ layout: 'flame' }),
    t: () => set({ layout: 'table' }),
    b: () => set({ layout: 'both' }),
    c: () => set({ layout: 'tree' }),
  });

  const zoomed =
    zoom === NO_NODE
      ? undefined
      : { name: functionOfNode(model, zoom).name, total: totalOfNode(model, zoom) };
  const viewTotal = zoomed?.total ?? coverage.total;
  const { functionCount, otherTotal } = answer;
  const [cost = '', ...rest] = headlineParts({
    words,
    coverage,
    functionCount,
    otherTotal,
    zoomed,
  });
  const shared = { model, unit: words.unit, allTotal: coverage.total, zoom, isMatch };
  const { layout } = state;

  return (
    <div className="result">
      <p className="headline">
        <strong>{cost}</strong>
        {rest.map((each) => (
          <span key={each} className="headline-part">
            {each}
          </span>
        ))}
        {state.window !== undefined && (
          <button
            type="button"
            className="chip"
            title="Show the whole range again"
            onClick={() => set({ window: undefined })}
          >
            {formatSpan(state.window)} <span aria-hidden="true">×</span>
          </button>
        )}
      </p>
      <div className="result-bar">
        {/* biome-ignore lint/a11y/useSemanticElements: a fieldset is for forms */}
        <div className="segments" role="group" aria-label="Show as">
          {LAYOUT_ORDER.map((each) => (
            <button
              key={each}
              type="button"
              className={`segment is-${each}`}
              aria-pressed={layout === each}
              onClick={() => set({ layout: each })}
            >
              {LAYOUT_NAMES[each]}
            </button>
          ))}
        </div>
        <SearchBox
          field={searchField}
          text={state.search}
          search={search}
          found={found}
          viewTotal={viewTotal}
          onText={(text) => set({ search: text }, 'replace')}
          onStep={stepToMatch}
        />
      </div>
      <div className="zoom-bar">
        <Breadcrumbs model={model} zoom={zoom} onZoom={zoomTo} />
        {zoomed !== undefined && (
          <button
            type="button"
            className="button details-button"
            title={`Lines, callers and callees of ${zoomed.name} (d)`}
            onClick={() => set({ details: functionOfNode(model, zoom) })}
          >
            Details
          </button>
        )}
      </div>
      {tree.length === 0 ? (
        <NothingToDraw words={words} profileCount={coverage.profileCount} />
      ) : (
        <div className={`panes is-${layout}`}>
          {(layout === 'table' || layout === 'both') && (
            <FunctionTable
              {...shared}
              sort={state.sort}
              onSort={(sort) => set({ sort }, 'replace')}
              onDetails={(details) => set({ details })}
            />
          )}
          {(layout === 'flame' || layout === 'both') && (
            <FlameGraph
              {...shared}
              wholeText={`all · ${formatValue(coverage.total, words.unit)}`}
              theme={theme}
              onZoom={zoomTo}
            />
          )}
          {layout === 'tree' && <CallTreeGrid {...shared} onZoom={zoomTo} />}
        </div>
      )}
      {tree.length > 0 && (layout === 'flame' || layout === 'both') && (
        <Legend
          model={model}
          zoom={zoom}
          viewTotal={viewTotal}
          theme={theme}
          search={state.search}
          onSearch={(text) => set({ search: text })}
        />
      )}
    </div>
  );
}

type NothingToDrawProps = { readonly words: ProfileTypeWords; readonly profileCount: number };

/** Empty means why, and what to do. */
function NothingToDraw({ words, profileCount }: NothingToDrawProps) {
  const isSilent = profileCount === 0;
  return (
    <div className="empty">
      <h2>{isSilent ? `No ${words.title} profiles here` : 'Nothing was spent'}</h2>
      <p>
        {isSilent
          ? 'None came in this range with these labels. Choose a longer range, fewer labels or another profile type.'
          : `${profileCount} profiles came in this range, and none of them has a named stack.`}
      </p>
    </div>
  );
}
