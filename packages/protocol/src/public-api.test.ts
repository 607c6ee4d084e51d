import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import {
  create,
  type DescField,
  type DescFile,
  fromBinary,
  fromJson,
  ScalarType,
  toBinary,
  toJson,
} from '@bufbuild/protobuf';
import { fixtureFiles, sharedFile, sharedMissing } from '@emberscope/test-kit';
import { file_adhocprofiles_v1_adhocprofiles } from './gen/adhocprofiles/v1/adhocprofiles_pb.ts';
import { file_capabilities_v1_feature_flags } from './gen/capabilities/v1/feature_flags_pb.ts';
import { file_debuginfo_v1alpha1_debuginfo } from './gen/debuginfo/v1alpha1/debuginfo_pb.ts';
import { PageService } from './gen/emberscope/page/v1/page_service_pb.ts';
import { file_google_v1_profile, ProfileSchema } from './gen/google/v1/profile_pb.ts';
import { Health, HealthCheckResponseSchema } from './gen/grpc/health/v1/health_pb.ts';
import { file_opentelemetry_proto_collector_logs_v1_logs_service } from './gen/opentelemetry/proto/collector/logs/v1/logs_service_pb.ts';
import { file_opentelemetry_proto_collector_metrics_v1_metrics_service } from './gen/opentelemetry/proto/collector/metrics/v1/metrics_service_pb.ts';
import {
  ExportProfilesServiceRequestSchema,
  file_opentelemetry_proto_collector_profiles_v1development_profiles_service,
} from './gen/opentelemetry/proto/collector/profiles/v1development/profiles_service_pb.ts';
import { file_opentelemetry_proto_common_v1_common } from './gen/opentelemetry/proto/common/v1/common_pb.ts';
import { file_opentelemetry_proto_logs_v1_logs } from './gen/opentelemetry/proto/logs/v1/logs_pb.ts';
import { file_opentelemetry_proto_metrics_v1_metrics } from './gen/opentelemetry/proto/metrics/v1/metrics_pb.ts';
import { file_opentelemetry_proto_profiles_v1development_profiles } from './gen/opentelemetry/proto/profiles/v1development/profiles_pb.ts';
import { file_opentelemetry_proto_resource_v1_resource } from './gen/opentelemetry/proto/resource/v1/resource_pb.ts';
import { file_push_v1_push } from './gen/push/v1/push_pb.ts';
import {
  file_querier_v1_querier,
  QuerierService,
  SelectMergeStacktracesRequestSchema,
  SelectSeriesResponseSchema,
} from './gen/querier/v1/querier_pb.ts';
import { file_settings_v1_recording_rules } from './gen/settings/v1/recording_rules_pb.ts';
import { file_settings_v1_settings } from './gen/settings/v1/settings_pb.ts';
import { file_status_v1_status } from './gen/status/v1/status_pb.ts';
import { file_types_v1_types } from './gen/types/v1/types_pb.ts';
import { file_vcs_v1_vcs } from './gen/vcs/v1/vcs_pb.ts';
import { file_version_v1_version } from './gen/version/v1/version_pb.ts';

test('methods have the paths that clients call', () => {
  assert.equal(QuerierService.typeName, 'querier.v1.QuerierService');
  assert.equal(QuerierService.method.selectMergeStacktraces.name, 'SelectMergeStacktraces');
  assert.equal(Health.typeName, 'grpc.health.v1.Health');
  assert.equal(PageService.typeName, 'emberscope.page.v1.PageService');
});

describe('JSON is what the public API speaks', () => {
  test('both spellings of a name are read, and int64 as number or text', () => {
    for (const spelling of ['profileTypeID', 'profile_typeID']) {
      const request = fromJson(SelectMergeStacktracesRequestSchema, {
        [spelling]: 'process_cpu:cpu:nanoseconds:cpu:nanoseconds',
        labelSelector: '{}',
        start: '1700000000000',
        end: 1700000060000,
        format: 'PROFILE_FORMAT_TREE',
      });
      assert.equal(request.profileTypeID, 'process_cpu:cpu:nanoseconds:cpu:nanoseconds');
      assert.equal(request.start, 1_700_000_000_000n);
      assert.equal(request.end, 1_700_000_060_000n);
      assert.equal(request.format, 2);
    }
  });

  test('an answer leaves defaults out and writes int64 as text', () => {
    const response = create(SelectSeriesResponseSchema, {
      series: [
        {
          labels: [{ name: 'service_name', value: 's' }],
          points: [{ value: 30, timestamp: 1_700_000_015_000n }],
        },
      ],
    });
    assert.deepEqual(toJson(SelectSeriesResponseSchema, response), {
      series: [
        {
          labels: [{ name: 'service_name', value: 's' }],
          points: [{ value: 30, timestamp: '1700000015000' }],
        },
      ],
    });
  });

  test('health says SERVING_STATUS_SERVING, and 1 on the wire', () => {
    const serving = create(HealthCheckResponseSchema, { status: 1 });
    assert.deepEqual(toJson(HealthCheckResponseSchema, serving), {
      status: 'SERVING_STATUS_SERVING',
    });
    assert.deepEqual([...toBinary(HealthCheckResponseSchema, serving)], [8, 1]);
  });
});

describe('real bytes decode', () => {
  const files = fixtureFiles(/\.pb\.gz$/);
  test('there are some', () => assert.ok(files.length >= 10));
  for (const { path, bytes } of files) {
    test(path, () => {
      const profile = fromBinary(ProfileSchema, gunzipSync(bytes));
      assert.equal(profile.stringTable[0], '');
      assert.ok(profile.sampleType.length >= 2);
      for (const sample of profile.sample) {
        assert.equal(sample.value.length, profile.sampleType.length);
      }
    });
  }

  test('an OTLP export of an eBPF agent', { skip: sharedMissing }, () => {
    const bytes = sharedFile('conformance/inputs/otlp/otel-ebpf-profile.pb.bin');
    const request = fromBinary(ExportProfilesServiceRequestSchema, bytes);
    assert.ok(request.resourceProfiles.length > 0);
    assert.equal(request.dictionary?.stringTable[0], '');
    assert.ok((request.dictionary?.stackTable.length ?? 0) > 10);
  });
});

/** Every field of every public message, against an independent table of them. */
describe('fields have their published names, numbers and types', { skip: sharedMissing }, () => {
  const files: readonly DescFile[] = [
    file_adhocprofiles_v1_adhocprofiles,
    file_capabilities_v1_feature_flags,
    file_debuginfo_v1alpha1_debuginfo,
    file_google_v1_profile,
    file_opentelemetry_proto_collector_logs_v1_logs_service,
    file_opentelemetry_proto_collector_metrics_v1_metrics_service,
    file_opentelemetry_proto_collector_profiles_v1development_profiles_service,
    file_opentelemetry_proto_common_v1_common,
    file_opentelemetry_proto_logs_v1_logs,
    file_opentelemetry_proto_metrics_v1_metrics,
    file_opentelemetry_proto_profiles_v1development_profiles,
    file_opentelemetry_proto_resource_v1_resource,
    file_push_v1_push,
    file_querier_v1_querier,
    file_settings_v1_recording_rules,
    file_settings_v1_settings,
    file_status_v1_status,
    file_types_v1_types,
    file_vcs_v1_vcs,
    file_version_v1_version,
  ];
  const messages = new Map(
    files.flatMap((file) =>
      file.messages
        .flatMap((message) => [message, ...message.nestedMessages])
        .map((message) => [message.typeName, message] as const),
    ),
  );

  for (const [typeName, fields] of sharedMissing ? [] : publishedFields()) {
    test(typeName, () => {
      const message = messages.get(typeName);
      assert.ok(message !== undefined, 'there is no such message');
      assert.deepEqual(message.fields.map(drawField).sort(), [...fields].sort());
    });
  }

  function publishedFields(): [string, string[]][] {
    const table = new TextDecoder().decode(sharedFile('spec/proto-fields.md'));
    const found: [string, string[]][] = [];
    for (const section of table.split('\n## ').slice(1)) {
      const packageName = section.slice(0, section.indexOf('\n')).trim();
      for (const [, name = '', fields = ''] of section.matchAll(/^- \*\*([\w.]+)\*\*: (.*)$/gm)) {
        const plain = fields.replaceAll(/oneof \w+ \{([^}]*)\}/g, '$1').replaceAll(/ +;/g, ';');
        found.push([
          `${packageName}.${name}`,
          plain === '(empty)'
            ? []
            : plain.split(';').map((field) =>
                field
                  .trim()
                  .replace('optional ', '')
                  .replace(/ (repeated )?\S*\.(\w+)$/, ' $1$2'),
              ),
        ]);
      }
    }
    return found;
  }

  function drawField(field: DescField): string {
    const type = (() => {
      switch (field.fieldKind) {
        case 'scalar':
          return ScalarType[field.scalar].toLowerCase();
        case 'enum':
          return field.enum.name;
        case 'message':
          return field.message.name;
        case 'list':
          if (field.listKind === 'scalar')
            return `repeated ${ScalarType[field.scalar].toLowerCase()}`;
          return `repeated ${field.listKind === 'enum' ? field.enum.name : field.message.name}`;
        case 'map':
          return field.mapKind === 'message' ? `map<string,${field.message.name}>` : 'map';
        default:
          return field satisfies never;
      }
    })();
    return `${field.name}=${field.number} ${type}`;
  }
});
