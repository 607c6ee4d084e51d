import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { DescService } from '@bufbuild/protobuf';
import { PageService } from './gen/emberscope/page/v1/page_service_pb.ts';
import { Health } from './gen/grpc/health/v1/health_pb.ts';
import { publishedServices } from './testing/published-files.ts';

/** Clients have these paths written into them. */
const paths: Readonly<Record<string, readonly string[]>> = {
  'push.v1.PusherService': ['Push'],
  'querier.v1.QuerierService': [
    'ProfileTypes',
    'LabelValues',
    'LabelNames',
    'Series',
    'SelectMergeStacktraces',
    'SelectMergeSpanProfile',
    'SelectMergeProfile',
    'SelectSeries',
    'SelectHeatmap',
    'Diff',
    'GetProfileStats',
    'AnalyzeQuery',
  ],
  'settings.v1.SettingsService': ['Get', 'Set', 'Delete'],
  'settings.v1.RecordingRulesService': [
    'GetRecordingRule',
    'ListRecordingRules',
    'UpsertRecordingRule',
    'DeleteRecordingRule',
  ],
  'adhocprofiles.v1.AdHocProfileService': ['Upload', 'Get', 'List', 'Diff'],
  'vcs.v1.VCSService': [
    'GithubApp',
    'GithubLogin',
    'GithubRefresh',
    'GetFile',
    'GetCommit',
    'GetCommits',
  ],
  'capabilities.v1.FeatureFlagsService': ['GetFeatureFlags'],
  'version.v1.Version': ['Version'],
  'status.v1.StatusService': ['GetBuildInfo', 'GetConfig', 'GetDiffConfig', 'GetDefaultConfig'],
  'debuginfo.v1alpha1.DebuginfoService': [
    'ShouldInitiateUpload',
    'UploadFinished',
    'ListDebuginfo',
    'DeleteDebuginfo',
  ],
  'opentelemetry.proto.collector.logs.v1.LogsService': ['Export'],
  'opentelemetry.proto.collector.metrics.v1.MetricsService': ['Export'],
  'opentelemetry.proto.collector.profiles.v1development.ProfilesService': ['Export'],
  'grpc.health.v1.Health': ['Check', 'Watch'],
  'emberscope.page.v1.PageService': [
    'ListServices',
    'GetTimeline',
    'GetFlameGraph',
    'GetFunction',
    'Diff',
    'ListBlocks',
    'GetGrowth',
    'GetPipeline',
  ],
};

const services: readonly DescService[] = [...publishedServices.values(), Health, PageService];

test('every service has its paths here', () => {
  assert.deepEqual(services.map(({ typeName }) => typeName).sort(), Object.keys(paths).sort());
});

describe('methods have the paths that clients call', () => {
  for (const service of services) {
    for (const [i, name] of (paths[service.typeName] ?? []).entries()) {
      test(`/${service.typeName}/${name}`, () => {
        assert.equal(service.methods[i]?.name, name);
      });
    }
    test(`${service.typeName} has no others`, () => {
      assert.equal(service.methods.length, paths[service.typeName]?.length);
    });
  }
});

test('a state of health that is watched comes as a stream, all else as one answer', () => {
  const streaming = services
    .flatMap(({ methods }) => methods)
    .filter(({ methodKind }) => methodKind !== 'unary');
  assert.deepEqual(
    streaming.map(({ parent, name, methodKind }) => [parent.typeName, name, methodKind]),
    [['grpc.health.v1.Health', 'Watch', 'server_streaming']],
  );
});
