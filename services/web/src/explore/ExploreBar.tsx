import type { Service } from '../api/services-answer.ts';
import type { ExploreState } from '../page-state.ts';
import { CopyButton } from '../ui/CopyButton.tsx';
import { Picker } from '../ui/Picker.tsx';
import { LabelFilter } from './LabelFilter.tsx';
import { wordsOfProfileType } from './profile-type-words.ts';

type ExploreBarProps = {
  readonly state: ExploreState;
  readonly services: readonly Service[];
  /** Those of the chosen service, in the order of the menu. */
  readonly profileTypes: readonly string[];
  /** The one that is shown; empty while nobody knows. */
  readonly profileType: string;
  readonly set: (change: Partial<ExploreState>) => void;
};

/** What is looked at: service, profile type, labels. */
export function ExploreBar({ state, services, profileTypes, profileType, set }: ExploreBarProps) {
  const names = [...new Set(services.map(({ name }) => name))].sort();
  return (
    <div className="bar explore-bar">
      <Picker
        label="Service"
        value={state.service}
        choices={[
          { value: '', text: 'All services' },
          ...withCurrent(names, state.service).map((name) => ({ value: name, text: name })),
        ]}
        // Another service is another program: its functions and windows are not this one's.
        onChange={(service) => set({ service, profileType: '', zoom: [], details: undefined })}
      />
      <Picker
        label="Profile type"
        value={profileType}
        title={profileType}
        choices={
          profileType === ''
            ? NOT_KNOWN_YET
            : withCurrent(profileTypes, profileType).map((id) => ({
                value: id,
                text: wordsOfProfileType(id).title,
                title: id,
              }))
        }
        onChange={(next) => set({ profileType: next })}
      />
      <LabelFilter labels={state.labels} onChange={(labels) => set({ labels })} />
      <span className="bar-space" />
      <CopyButton text={location.href} label="Copy link" />
    </div>
  );
}

/** Until the list of services is there: the menu has its place, and something to say. */
const NOT_KNOWN_YET = [{ value: '', text: 'Profile type' }];

/** An address may name what the server has not: it is offered all the same, as it is what is shown. */
function withCurrent(offered: readonly string[], current: string): readonly string[] {
  return current === '' || offered.includes(current) ? offered : [current, ...offered];
}
