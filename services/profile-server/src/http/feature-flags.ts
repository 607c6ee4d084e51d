import { create } from '@bufbuild/protobuf';
import { GetFeatureFlagsResponseSchema } from '@emberscope/protocol/feature-flags';

/**
 * What clients ask before they show a feature, in the order of their names. All of it, the texts for
 * people too, is the recorded answer of a server of today: clients may show any of it.
 */
export const FEATURE_FLAGS = create(GetFeatureFlagsResponseSchema, {
  featureFlags: [
    {
      name: 'pyroscopeRuler',
      enabled: false,
      description:
        'Supports the Pyroscope ruler, which exports Prometheus metrics from Profiling Data.',
    },
    {
      name: 'pyroscopeRulerFunctions',
      enabled: false,
      description:
        'Enables function support for the Pyroscope ruler, which allows to export resource usage on a per function level.',
    },
    {
      name: 'utf8LabelNames',
      enabled: false,
      description: 'Supports UTF-8 label names for Pyroscope read/write APIs.',
    },
    {
      name: 'v2StorageLayer',
      enabled: true,
      description: 'v2 storage layer',
      documentationUrl:
        'https://github.com/grafana/pyroscope/blob/main/pkg/pyroscope/PYROSCOPE_V2.md',
    },
  ],
});
