import type { ReactNode } from 'react';
import type { RemoteActivity } from '../api/remote.ts';
import type { RemoteControls } from '../api/use-remote.ts';
import { TroublePanel } from './TroublePanel.tsx';

type PendingProps = RemoteControls & {
  readonly activity: RemoteActivity;
  /** What is waited for, for the button and for screen readers: `the flame graph`. */
  readonly what: string;
  /** The last answer, drawn; undefined when there was none for what is asked. */
  readonly children: ReactNode | undefined;
  readonly className?: string;
};

/**
 * The place of a result while it is on its way. The old picture stays and is dimmed after 150 ms,
 * Cancel comes after 300 ms: both by the delays of the style sheet, so fast answers show nothing.
 */
export function Pending({ activity, what, children, className = '', ...controls }: PendingProps) {
  const isLoading = activity.kind === 'loading';
  const hasPicture = children !== undefined;
  return (
    <div className={`pending ${className}`} aria-busy={isLoading}>
      {activity.kind === 'failed' && (
        <TroublePanel trouble={activity.trouble} onRetry={controls.retry} isSlim={hasPicture} />
      )}
      {activity.kind === 'cancelled' && (
        <div className={hasPicture ? 'trouble is-slim' : 'trouble'} role="status">
          <strong className="trouble-title">Cancelled</strong>
          <span className="trouble-advice">{`You stopped waiting for ${what}.`}</span>
          <button type="button" className="button" onClick={controls.retry}>
            Ask again
          </button>
        </div>
      )}
      {hasPicture && (
        <div className={activity.kind === 'idle' ? 'picture' : 'picture is-old'}>{children}</div>
      )}
      {isLoading && (
        <div className="waiting">
          <span className="waiting-bar" />
          <button type="button" className="button waiting-cancel" onClick={controls.cancel}>
            Cancel
          </button>
        </div>
      )}
    </div>
  );
}
