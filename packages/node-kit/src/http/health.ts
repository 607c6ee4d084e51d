import { answerText, type HttpResponse } from './http-handler.ts';

export type HealthState = 'starting' | 'running' | 'stopping' | 'failed';

/** One thing a service needs to be ready. */
export type HealthCheck = {
  /** `detail` is for people: what it waits for, why it failed. */
  set(state: HealthState, detail?: string): void;
};

export type Health = {
  /** Adds a check, `starting`. Names are unique: a second one of a name is a mistake. */
  add(name: string): HealthCheck;
  isReady(): boolean;
  /** `ready`, or which checks are not running and why. */
  text(): string;
  /** Answers `GET /ready`: 200, or 503 with the same first line as Pyroscope's. */
  answer(response: HttpResponse): void;
};

/** What a service reports about itself: ready when every check is running. */
export function createHealth(): Health {
  const checks = new Map<string, { state: HealthState; detail: string }>();

  const isReady = () => [...checks.values()].every(({ state }) => state === 'running');

  function text(): string {
    if (isReady()) return 'ready';
    const lines = [...checks]
      .filter(([, { state }]) => state !== 'running')
      .map(
        ([name, { state, detail }]) => `${name}: ${state}${detail === '' ? '' : ` (${detail})`}`,
      );
    return `Some services are not Running:\n${lines.join('\n')}\n`;
  }

  return {
    add(name) {
      if (checks.has(name)) throw new Error(`a health check named ${name} is there already`);
      checks.set(name, { state: 'starting', detail: '' });
      return { set: (state, detail = '') => void checks.set(name, { state, detail }) };
    },
    isReady,
    text,
    answer: (response) => answerText(response, isReady() ? 200 : 503, text(), 'text/plain'),
  };
}
