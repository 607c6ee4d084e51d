import { formatCount, formatShare } from '@emberscope/units';
import type { RefObject } from 'react';
import type { FoundNodes, FrameSearch } from '../flame-graph/flame-search.ts';
import { Icon } from '../ui/icons.tsx';

type SearchBoxProps = {
  readonly field: RefObject<HTMLInputElement | null>;
  readonly text: string;
  readonly search: FrameSearch;
  /** Within the frame that fills the view. */
  readonly found: FoundNodes;
  /** What the share of matches is taken of. */
  readonly viewTotal: number;
  readonly onText: (text: string) => void;
  /** To the next match, or with -1 to the one before. */
  readonly onStep: (step: 1 | -1) => void;
};

/** Search with the number of matching boxes and what they cost, and a way from one to the next. */
export function SearchBox({
  field,
  text,
  search,
  found,
  viewTotal,
  onText,
  onStep,
}: SearchBoxProps) {
  const canStep = search.kind === 'frames' && found.nodes.length > 0;
  return (
    <search className="search">
      <output id="search-outcome" className="search-outcome">
        {outcome(search, found, viewTotal)}
      </output>
      <div className="search-field">
        <Icon name="search" />
        <input
          ref={field}
          className="field"
          type="search"
          value={text}
          placeholder="Search: name, file:, pkg:, regex:"
          aria-label="Search functions"
          aria-describedby="search-outcome"
          aria-keyshortcuts="/"
          aria-invalid={search.kind === 'unreadable'}
          autoComplete="off"
          spellCheck={false}
          onChange={(event) => onText(event.target.value)}
          onKeyDown={(event) => {
            if (event.key === 'Enter') onStep(event.shiftKey ? -1 : 1);
            else if (event.key === 'Escape') {
              onText('');
              event.currentTarget.blur();
            } else return;
            event.preventDefault();
          }}
        />
      </div>
      <button
        type="button"
        className="button is-icon"
        aria-label="Previous match"
        disabled={!canStep}
        onClick={() => onStep(-1)}
      >
        <Icon name="previous" />
      </button>
      <button
        type="button"
        className="button is-icon"
        aria-label="Next match"
        disabled={!canStep}
        onClick={() => onStep(1)}
      >
        <Icon name="next" />
      </button>
    </search>
  );
}

function outcome(search: FrameSearch, { nodes, total }: FoundNodes, viewTotal: number): string {
  switch (search.kind) {
    case 'none':
      return '';
    case 'unreadable':
      return search.reason;
    case 'frames':
      if (nodes.length === 0) return 'no match';
      return `${formatCount(nodes.length)} ${nodes.length === 1 ? 'match' : 'matches'} · ${formatShare(total, viewTotal)}`;
    default:
      return search satisfies never;
  }
}
