import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { AdHocProfileService } from '@emberscope/protocol/adhoc-profiles';
import { DebuginfoService } from '@emberscope/protocol/debug-info';
import { FeatureFlagsService } from '@emberscope/protocol/feature-flags';
import { Health } from '@emberscope/protocol/health';
import { ProfilesService } from '@emberscope/protocol/otlp/profiles-service';
import { PageService } from '@emberscope/protocol/page';
import { PusherService } from '@emberscope/protocol/push';
import { QuerierService } from '@emberscope/protocol/querier';
import { RecordingRulesService } from '@emberscope/protocol/recording-rules';
import { SettingsService } from '@emberscope/protocol/settings';
import { VCSService } from '@emberscope/protocol/vcs';
import { Version } from '@emberscope/protocol/version';
import { sharedFiles } from '@emberscope/test-kit';

/* What the table of endpoints in the README says is there: every method, and what it is tested by. */

const service = join(dirname(fileURLToPath(import.meta.url)), '..');
const [, section = ''] = readFileSync(join(service, 'README.md'), 'utf8').split('\n## Endpoints\n');
const rows = (section.split('\n## ')[0] ?? '')
  .split('\n')
  .filter((line) => /^\|.*\|.*\|.*\|.*\|$/.test(line))
  .slice(2)
  .map((line) => line.split('|').map((cell) => cell.trim()));

const textsIn = (cell: string) => [...cell.matchAll(/`([^`]+)`/g)].map(([, text = '']) => text);

describe('the table of endpoints', () => {
  test('has a row for every method of every service', () => {
    // `a.v1.Service/{One,Two}` are two; `a.v1.Service/*` is all of them.
    const listed = rows.flatMap(([, endpoint = '']) =>
      textsIn(endpoint).flatMap((path) => {
        const [, start = path, names] = /^(.*)\{(.*)\}$/.exec(path) ?? [];
        return names === undefined ? [path] : names.split(',').map((name) => start + name);
      }),
    );
    for (const { typeName, methods } of [
      ...[AdHocProfileService, DebuginfoService, FeatureFlagsService, PageService, ProfilesService],
      ...[PusherService, QuerierService, RecordingRulesService, SettingsService, VCSService],
      Version,
    ]) {
      for (const { name } of methods) {
        const isListed = [`${typeName}/${name}`, `${typeName}/*`].some((path) =>
          listed.includes(path),
        );
        assert.ok(isListed, `${typeName}/${name}`);
      }
    }
    assert.ok(listed.includes(`${Health.typeName}/Check`));
  });

  for (const [, endpoint = '', , , testedBy = ''] of rows) {
    test(`${endpoint}: what it is tested by is there`, () => {
      const [files = '', areas = ''] = testedBy.split('recorded: ');
      assert.ok(testedBy.startsWith('the same') || textsIn(testedBy).length > 0);
      for (const path of textsIn(files)) {
        const below = path.startsWith('packages/') ? '../..' : 'src';
        assert.ok(existsSync(join(service, below, path)), path);
      }
      const recorded = sharedFiles('conformance/cases', /\.json$/).map((file) => file.path);
      for (const area of recorded.length === 0 ? [] : textsIn(areas)) {
        assert.ok(recorded.includes(`${area}.json`), area);
      }
    });
  }
});
