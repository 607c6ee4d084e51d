import { NO_NODE, type NodeIndex } from '@emberscope/profile';
import { Icon } from '../ui/icons.tsx';
import { type FlameModel, functionOfNode } from './flame-model.ts';

type BreadcrumbsProps = {
  readonly model: FlameModel;
  /** The node that fills the view. */
  readonly zoom: NodeIndex;
  readonly onZoom: (node: NodeIndex) => void;
};

/** The way from everything to the frame that fills the view. Its row is always there: nothing below moves. */
export function Breadcrumbs({ model, zoom, onZoom }: BreadcrumbsProps) {
  const nodes: NodeIndex[] = [];
  for (let node = zoom; node !== NO_NODE; node = model.tree.parent[node] ?? NO_NODE) {
    nodes.unshift(node);
  }
  return (
    <nav className="breadcrumbs" aria-label="Zoom">
      <ol>
        <Crumb name="all" isHere={zoom === NO_NODE} onClick={() => onZoom(NO_NODE)} />
        {nodes.map((node) => (
          <Crumb
            key={node}
            name={functionOfNode(model, node).name}
            isHere={node === zoom}
            onClick={() => onZoom(node)}
          />
        ))}
      </ol>
    </nav>
  );
}

type CrumbProps = {
  readonly name: string;
  readonly isHere: boolean;
  readonly onClick: () => void;
};

function Crumb({ name, isHere, onClick }: CrumbProps) {
  return (
    <li>
      {isHere ? (
        <span className="crumb is-here" aria-current="location">
          {name}
        </span>
      ) : (
        <>
          <button type="button" className="crumb" onClick={onClick}>
            {name}
          </button>
          <Icon name="chevronRight" />
        </>
      )}
    </li>
  );
}
