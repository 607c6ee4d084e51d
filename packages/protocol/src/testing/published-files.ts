import type { DescEnum, DescFile, DescMessage, DescService } from '@bufbuild/protobuf';
import { file_adhocprofiles_v1_adhocprofiles } from '../gen/adhocprofiles/v1/adhocprofiles_pb.ts';
import { file_capabilities_v1_feature_flags } from '../gen/capabilities/v1/feature_flags_pb.ts';
import { file_debuginfo_v1alpha1_debuginfo } from '../gen/debuginfo/v1alpha1/debuginfo_pb.ts';
import { file_google_v1_profile } from '../gen/google/v1/profile_pb.ts';
import { file_opentelemetry_proto_collector_logs_v1_logs_service } from '../gen/opentelemetry/proto/collector/logs/v1/logs_service_pb.ts';
import { file_opentelemetry_proto_collector_metrics_v1_metrics_service } from '../gen/opentelemetry/proto/collector/metrics/v1/metrics_service_pb.ts';
import { file_opentelemetry_proto_collector_profiles_v1development_profiles_service } from '../gen/opentelemetry/proto/collector/profiles/v1development/profiles_service_pb.ts';
import { file_opentelemetry_proto_common_v1_common } from '../gen/opentelemetry/proto/common/v1/common_pb.ts';
import { file_opentelemetry_proto_logs_v1_logs } from '../gen/opentelemetry/proto/logs/v1/logs_pb.ts';
import { file_opentelemetry_proto_metrics_v1_metrics } from '../gen/opentelemetry/proto/metrics/v1/metrics_pb.ts';
import { file_opentelemetry_proto_profiles_v1development_profiles } from '../gen/opentelemetry/proto/profiles/v1development/profiles_pb.ts';
import { file_opentelemetry_proto_resource_v1_resource } from '../gen/opentelemetry/proto/resource/v1/resource_pb.ts';
import { file_push_v1_push } from '../gen/push/v1/push_pb.ts';
import { file_querier_v1_querier } from '../gen/querier/v1/querier_pb.ts';
import { file_settings_v1_recording_rules } from '../gen/settings/v1/recording_rules_pb.ts';
import { file_settings_v1_settings } from '../gen/settings/v1/settings_pb.ts';
import { file_status_v1_status } from '../gen/status/v1/status_pb.ts';
import { file_types_v1_types } from '../gen/types/v1/types_pb.ts';
import { file_vcs_v1_vcs } from '../gen/vcs/v1/vcs_pb.ts';
import { file_version_v1_version } from '../gen/version/v1/version_pb.ts';

/** The files of the APIs that others published: Pyroscope's, pprof, OTLP. */
const publishedFiles: readonly DescFile[] = [
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

/** All their messages by type name, nested ones too. */
export const publishedMessages: ReadonlyMap<string, DescMessage> = byTypeName(
  publishedFiles.flatMap((file) => file.messages).flatMap(withNested),
);

export const publishedEnums: ReadonlyMap<string, DescEnum> = byTypeName([
  ...publishedFiles.flatMap((file) => file.enums),
  ...[...publishedMessages.values()].flatMap((message) => message.nestedEnums),
]);

export const publishedServices: ReadonlyMap<string, DescService> = byTypeName(
  publishedFiles.flatMap((file) => file.services),
);

function withNested(message: DescMessage): DescMessage[] {
  // The entries of a map are messages to the compiler alone.
  const nested = message.nestedMessages.filter(({ proto }) => proto.options?.mapEntry !== true);
  return [message, ...nested.flatMap(withNested)];
}

function byTypeName<T extends { readonly typeName: string }>(descriptors: readonly T[]) {
  return new Map(descriptors.map((descriptor) => [descriptor.typeName, descriptor]));
}
