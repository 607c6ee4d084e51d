import { useEffect, useEffectEvent, useReducer, useRef, useState } from 'react';
import { NOTHING_ASKED, nextRemote, type Remote, type RemoteEvent } from './remote.ts';

export type RemoteControls = {
  readonly retry: () => void;
  readonly cancel: () => void;
};

/**
 * Asks whenever the question changes, in any of its fields; the question before is aborted. An
 * undefined question is not asked: what is shown stays.
 */
export function useRemote<Question extends object, Answer>(
  subject: string,
  question: Question | undefined,
  ask: (question: Question, signal: AbortSignal) => Promise<Answer>,
): Remote<Answer> & RemoteControls {
  const [remote, dispatch] = useReducer<Remote<Answer>, [RemoteEvent<Answer>]>(
    nextRemote,
    NOTHING_ASKED,
  );
  const [attempt, setAttempt] = useState(0);
  const running = useRef<AbortController | undefined>(undefined);
  const key = question === undefined ? undefined : `${attempt} ${JSON.stringify(question)}`;

  const start = useEffectEvent((controller: AbortController) => {
    if (question === undefined) return;
    dispatch({ kind: 'asked' });
    ask(question, controller.signal).then(
      (answer) => {
        if (!controller.signal.aborted) dispatch({ kind: 'answered', subject, answer });
      },
      (reason: unknown) => {
        if (!controller.signal.aborted) dispatch({ kind: 'failed', subject, reason });
      },
    );
  });

  useEffect(() => {
    if (key === undefined) return dispatch({ kind: 'dropped' });
    const controller = new AbortController();
    running.current = controller;
    start(controller);
    return () => controller.abort();
  }, [key]);

  return {
    ...remote,
    retry: () => setAttempt((before) => before + 1),
    cancel: () => {
      running.current?.abort();
      dispatch({ kind: 'cancelled' });
    },
  };
}
