import { NO_NODE, type NodeIndex } from '@emberscope/profile';
import { formatShare } from '@emberscope/units';
import { useDeferredValue, useMemo } from 'react';
import { colourOfOrigin, type Theme } from './flame-colours.ts';
import type { FlameModel } from './flame-model.ts';
import { originShares } from './origin-shares.ts';

type LegendProps = {
  readonly model: FlameModel;
  /** The node that fills the view, which shares are taken of. */
  readonly zoom: NodeIndex;
  readonly viewTotal: number;
  readonly theme: Theme;
  readonly search: string;
  readonly onSearch: (text: string) => void;
};

/** The rest are many and small: a search for `pkg:` finds them. */
const SHOWN = 8;

/** What the colours mean: whose code cost how much itself. A click leaves only that in colour. */
export function Legend({ model, zoom, viewTotal, theme, search, onSearch }: LegendProps) {
  // After the picture, which is what the reader waits for.
  const drawn = useDeferredValue<FlameModel | undefined>(model, undefined);
  const shares = useMemo(
    () => (drawn === undefined ? [] : originShares(drawn, drawn === model ? zoom : NO_NODE)),
    [drawn, model, zoom],
  );
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset is for forms
    <div className="legend" role="group" aria-label="Self time by package">
      {shares.slice(0, SHOWN).map(({ origin, name, self }) => {
        const wanted = `pkg:${name}`;
        const isAlone = search === wanted;
        return (
          <button
            key={name}
            type="button"
            className="legend-entry"
            aria-pressed={isAlone}
            title={isAlone ? 'Show all in colour' : `Show only ${name} in colour`}
            onClick={() => onSearch(isAlone ? '' : wanted)}
          >
            <span className="legend-swatch" style={{ background: colourOfOrigin(origin, theme) }} />
            {name} <span className="legend-share">{formatShare(self, viewTotal)}</span>
          </button>
        );
      })}
      {shares.length > SHOWN && (
        <span className="legend-more">{`${shares.length - SHOWN} more`}</span>
      )}
    </div>
  );
}
