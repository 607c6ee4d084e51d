import type { Label } from '@emberscope/labels';
import type { Profile } from '@emberscope/profile';

const REPOSITORY = 'service_repository';
const GIT_REF = 'service_git_ref';
const ROOT_PATH = 'service_root_path';

/**
 * Where a service's sources are, written into the build id of each mapping as JSON: the source view
 * of Grafana reads it there.
 */
export function withSourceLinks(profile: Profile, labels: readonly Label[]): Profile {
  const labelled = (wanted: string) => labels.find(({ name }) => name === wanted)?.value ?? '';
  const repository = labelled(REPOSITORY);
  const gitRef = labelled(GIT_REF);
  const rootPath = labelled(ROOT_PATH);
  if (repository === '' && gitRef === '' && rootPath === '') return profile;
  const { mappings } = profile.symbols;
  const strings = [...profile.symbols.strings];
  const buildId = mappings.buildId.map((row) => {
    const link = {
      ...(repository === '' ? {} : { repository }),
      ...(gitRef === '' ? {} : { git_ref: gitRef }),
      ...(row === 0 ? {} : { build_id: strings[row] }),
      ...(rootPath === '' ? {} : { root_path: rootPath }),
    };
    return strings.push(JSON.stringify(link)) - 1;
  });
  return {
    ...profile,
    symbols: { ...profile.symbols, strings, mappings: { ...mappings, buildId } },
  };
}
