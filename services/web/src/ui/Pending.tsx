import type { ReactNode } from 'react';
import type { RemoteActivity } from '../api/remote.ts';
import type { Trouble } from '../api/trouble.ts';
import type { RemoteControls } from '../api/use-remote.ts';
import { TroublePanel } from './TroublePanel.tsx';

type PendingProps = RemoteControls & {
  readonly activity: RemoteActivity;
  /** What is waited for, for the button and for screen readers: `the flame graph`. */
  readonly what: string;
  /** The last answer, drawn; undefined when there was none for what is asked. */
  readonly children: ReactNode | undefined;
  readonly className?: string;
  /**
   * What goes on in the place beside it, where an error is said: the same one is not said again here,
   * and none before it is known what is said there.
   */
  readonly beside?: RemoteActivity;
};

/**
 * The place of a result while it is on its way. The old picture stays and is dimmed after 150 ms,
 * Cancel comes after 300 ms: both by the delays of the style sheet, so fast answers show nothing.
 */
export function Pending(props: PendingProps) {
  const { activity, what, children, className = '', beside, ...controls } = props;
  const isLoading = activity.kind === 'loading';
  const hasPicture = children !== undefined;
  return (
    <div className={`pending ${className}`} aria-busy={isLoading}>
      {activity.kind === 'failed' && !isSaidBeside(activity.trouble, beside) && (
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

function isSaidBeside(trouble: Trouble, beside: RemoteActivity | undefined): boolean {
  if (beside?.kind === 'failed') return beside.trouble.title === trouble.title;
  return beside?.kind === 'loading';
}
