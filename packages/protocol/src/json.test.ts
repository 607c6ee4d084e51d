import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { create, type DescMessage, fromJson, type JsonValue, toJson } from '@bufbuild/protobuf';
import { GetFeatureFlagsResponseSchema } from './gen/capabilities/v1/feature_flags_pb.ts';
import { HealthCheckResponseSchema } from './gen/grpc/health/v1/health_pb.ts';
import { PushRequestSchema } from './gen/push/v1/push_pb.ts';
import {
  DiffResponseSchema,
  ProfileTypesRequestSchema,
  ProfileTypesResponseSchema,
  SelectHeatmapResponseSchema,
  SelectMergeStacktracesRequestSchema,
  SelectMergeStacktracesResponseSchema,
  SelectSeriesRequestSchema,
  SelectSeriesResponseSchema,
  SeriesResponseSchema,
} from './gen/querier/v1/querier_pb.ts';
import { SetSettingsRequestSchema } from './gen/settings/v1/settings_pb.ts';
import { GetBuildInfoResponseSchema } from './gen/status/v1/status_pb.ts';
import { GetFileRequestSchema, GetFileResponseSchema } from './gen/vcs/v1/vcs_pb.ts';
import { VersionResponseSchema } from './gen/version/v1/version_pb.ts';

/** JSON as a real server writes it, spelled like that to the letter. */
const written: readonly (readonly [string, DescMessage, JsonValue])[] = [
  [
    'a series of points: int64 as text, double as number',
    SelectSeriesResponseSchema,
    {
      series: [
        {
          labels: [{ name: 'service_name', value: 's' }],
          points: [{ value: 30, timestamp: '1700000015000' }],
        },
      ],
    },
  ],
  [
    'a point of value 0 has no value',
    SelectSeriesResponseSchema,
    { series: [{ points: [{ timestamp: '1700000015000' }] }] },
  ],
  [
    'an exemplar',
    SelectSeriesResponseSchema,
    {
      series: [
        {
          points: [
            {
              value: 0.5,
              timestamp: '1',
              exemplars: [{ timestamp: '1', profileId: 'p', spanId: 's', traceId: 't' }],
            },
          ],
        },
      ],
    },
  ],
  [
    'a flame graph',
    SelectMergeStacktracesResponseSchema,
    {
      flamegraph: {
        names: ['total', 'a'],
        levels: [{ values: ['0', '30', '0', '0'] }, { values: ['0', '30', '30', '1'] }],
        total: '30',
        maxSelf: '30',
      },
    },
  ],
  [
    'a total beyond 2^53',
    SelectMergeStacktracesResponseSchema,
    { flamegraph: { names: ['total'], total: '9223372036854775807' } },
  ],
  [
    'an empty flame graph is there',
    SelectMergeStacktracesResponseSchema,
    { flamegraph: { names: ['total'], levels: [{ values: ['0', '0', '0', '0'] }] } },
  ],
  ['an empty profile is there', SelectMergeStacktracesResponseSchema, { pprof: { profile: {} } }],
  [
    'a tree in base64',
    SelectMergeStacktracesResponseSchema,
    { tree: 'AAABAWEAAgFiAAEBZQEAAWMCAQFkAQA=' },
  ],
  [
    'a query to fetch later',
    SelectMergeStacktracesResponseSchema,
    { async: { requestId: 'r', status: 'ASYNC_QUERY_STATUS_IN_PROGRESS' } },
  ],
  [
    'a diff',
    DiffResponseSchema,
    { flamegraph: { names: ['total'], total: '3', leftTicks: '1', rightTicks: '2' } },
  ],
  [
    'a heat map',
    SelectHeatmapResponseSchema,
    { series: [{ slots: [{ yMin: [1.5], counts: [2] }] }] },
  ],
  [
    'sets of labels',
    SeriesResponseSchema,
    { labelsSet: [{ labels: [{ name: 'a', value: 'b' }] }] },
  ],
  [
    'profile types',
    ProfileTypesResponseSchema,
    {
      profileTypes: [
        {
          ID: 'process_cpu:cpu:nanoseconds:cpu:nanoseconds',
          name: 'process_cpu',
          sampleType: 'cpu',
          sampleUnit: 'nanoseconds',
          periodType: 'cpu',
          periodUnit: 'nanoseconds',
        },
      ],
    },
  ],
  [
    'a push',
    PushRequestSchema,
    {
      series: [
        {
          labels: [{ name: '__name__', value: 'process_cpu' }],
          samples: [{ ID: 'uuid', rawProfile: 'H4sIAA==' }],
        },
      ],
    },
  ],
  ['health', HealthCheckResponseSchema, { status: 'SERVING_STATUS_SERVING' }],
  ['a version', VersionResponseSchema, { QuerierAPI: '1' }],
  [
    'a flag that is off says nothing of it',
    GetFeatureFlagsResponseSchema,
    { featureFlags: [{ name: 'utf8LabelNames', description: '', documentationUrl: 'u' }] },
  ],
  ['a setting', SetSettingsRequestSchema, { setting: { name: 'n', value: 'v', modifiedAt: '7' } }],
  [
    'a file of a repository',
    GetFileRequestSchema,
    { repositoryURL: 'r', ref: 'HEAD', localPath: 'a', rootPath: 'b', functionName: 'f' },
  ],
  ['the content of a file', GetFileResponseSchema, { content: 'YQ==', URL: 'u' }],
  [
    'what a server was built from',
    GetBuildInfoResponseSchema,
    {
      status: 'success',
      data: {
        version: '2',
        revision: 'r',
        branch: 'main',
        buildUser: 'u',
        buildDate: 'd',
        goVersion: 'v',
      },
    },
  ],
];

describe('what a real server writes is read and written the same', () => {
  for (const [title, schema, json] of written) {
    test(title, () => assert.deepEqual(toJson(schema, fromJson(schema, json)), json));
  }

  test('an answer without anything is {}', () => {
    for (const [, schema] of written) assert.deepEqual(toJson(schema, create(schema)), {});
  });
});

describe('clients may spell a request in several ways', () => {
  const plain = create(SelectSeriesRequestSchema, {
    profileTypeID: 'process_cpu:cpu:nanoseconds:cpu:nanoseconds',
    labelSelector: '{service_name="s"}',
    start: 1_700_000_000_000n,
    end: 1_700_000_060_000n,
    step: 15,
    groupBy: ['service_name'],
  });
  const spellings: readonly (readonly [string, JsonValue])[] = [
    [
      'names in camel case, int64 as text and as number',
      {
        profileTypeID: 'process_cpu:cpu:nanoseconds:cpu:nanoseconds',
        labelSelector: '{service_name="s"}',
        start: '1700000000000',
        end: 1700000060000,
        step: 15,
        groupBy: ['service_name'],
      },
    ],
    [
      'names as in the proto file, step as text',
      {
        profile_typeID: 'process_cpu:cpu:nanoseconds:cpu:nanoseconds',
        label_selector: '{service_name="s"}',
        start: '1700000000000',
        end: '1700000060000',
        step: '15',
        group_by: ['service_name'],
      },
    ],
  ];
  for (const [title, json] of spellings) {
    test(title, () => assert.deepEqual(fromJson(SelectSeriesRequestSchema, json), plain));
  }

  for (const format of ['PROFILE_FORMAT_TREE', 2]) {
    test(`an enum as ${JSON.stringify(format)}`, () => {
      assert.equal(fromJson(SelectMergeStacktracesRequestSchema, { format }).format, 2);
    });
  }

  for (const rawProfile of ['+/8=', '-_8=', '+/8', '-_8']) {
    test(`bytes as ${rawProfile}`, () => {
      const request = fromJson(PushRequestSchema, { series: [{ samples: [{ rawProfile }] }] });
      assert.deepEqual(request.series[0]?.samples[0]?.rawProfile, Uint8Array.of(0xfb, 0xff));
    });
  }

  test('unknown fields and names of enums are passed over by those who say so', () => {
    const json = { format: 'PROFILE_FORMAT_HOLOGRAM', since: 'later', start: '5' };
    assert.throws(() => fromJson(SelectMergeStacktracesRequestSchema, json));
    const request = fromJson(SelectMergeStacktracesRequestSchema, json, {
      ignoreUnknownFields: true,
    });
    assert.equal(request.start, 5n);
    assert.equal(request.format, 0);
  });

  for (const start of ['now-1h', 1.5, '1.5', '', true, '9223372036854775808']) {
    test(`a time of ${JSON.stringify(start)} is refused`, () => {
      assert.throws(() => fromJson(ProfileTypesRequestSchema, { start }));
    });
  }
});
