import { gunzipSync } from 'node:zlib';
import { NO_PPROF_LIMITS, readPprof } from '@emberscope/pprof';
import type { Profile } from '@emberscope/profile';
import { fixtureFile } from '@emberscope/test-kit';

/** A profile as an agent sent it, and what it is called in a push. */
export type AgentProfile = {
  readonly name: string;
  readonly serviceName: string;
  readonly profile: Profile;
  /** Uncompressed. */
  readonly pprofBytes: number;
};

/** The six profiles that an instance of the bench sends: recorded from Node agents, two services. */
export const AGENT_PROFILES: readonly AgentProfile[] = [
  agentProfile('wall', 'shop', 'push-0.6.4/wall-cpu.pb.gz'),
  agentProfile('memory', 'shop', 'push-0.6.4/heap.pb.gz'),
  agentProfile('event_loop', 'shop', 'eventloop/node20.pb.gz'),
  agentProfile('wall', 'cart', 'push-0.6.4/wall-cpu.sourcemapped.bearer.pb.gz'),
  agentProfile('memory', 'cart', 'push-0.6.4/heap.sourcemapped.pb.gz'),
  agentProfile('event_loop', 'cart', 'eventloop/node24.pb.gz'),
];

function agentProfile(name: string, serviceName: string, path: string): AgentProfile {
  const bytes = gunzipSync(fixtureFile(`agents/${path}`));
  const read = readPprof(new Uint8Array(bytes), { limits: NO_PPROF_LIMITS });
  if (!read.ok) throw new Error(read.reason);
  return { name, serviceName, profile: read.profile, pprofBytes: bytes.length };
}
