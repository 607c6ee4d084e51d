import type { Trouble } from '../api/trouble.ts';

type TroublePanelProps = {
  readonly trouble: Trouble;
  readonly onRetry: () => void;
  /** A line above an older picture instead of a block in its place. */
  readonly isSlim?: boolean;
};

/** An error, where the result would be: what happened, the server's words, what to try. */
export function TroublePanel({ trouble, onRetry, isSlim = false }: TroublePanelProps) {
  const { title, detail, advice } = trouble;
  return (
    <div className={isSlim ? 'trouble is-slim' : 'trouble'} role="alert">
      <strong className="trouble-title">{title}</strong>
      {detail !== '' && <code className="trouble-detail">{detail}</code>}
      <span className="trouble-advice">{advice}</span>
      <button type="button" className="button" onClick={onRetry}>
        Retry
      </button>
    </div>
  );
}
