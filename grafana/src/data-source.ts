import type { DataSourceRef } from '@grafana/grafana-foundation-sdk/common';

/** As provisioned in `provisioning/datasources/pyroscope.yaml`. */
export const PYROSCOPE: DataSourceRef = {
  type: 'grafana-pyroscope-datasource',
  uid: 'pyroscope',
};
