import type { Service } from '../api/services-answer.ts';
import { wordsOfProfileType } from '../explore/profile-type-words.ts';
import { labelsText } from '../explore/selector.ts';
import { EXPLORE, formatPageState, type ServicesState } from '../page-state.ts';
import { type ServiceColumns, wordsOfService } from './service-words.ts';
import { sparklinePath } from './sparkline-path.ts';

type ServiceTableProps = {
  readonly services: readonly Service[];
  /** Of all services and not of those found, so that no column comes and goes while one types. */
  readonly columns: ServiceColumns;
  /** The server's clock when it answered. */
  readonly nowMillis: number;
  readonly state: ServicesState;
};

const SPARK_WIDTH_PX = 160;
const SPARK_HEIGHT_PX = 24;

/** The services in the server's order, which is by trouble. A row leads to what it spent. */
export function ServiceTable({ services, columns, nowMillis, state }: ServiceTableProps) {
  return (
    <table className="services-table">
      <thead>
        <tr>
          <th scope="col">Service</th>
          {columns.hasClusters && <th scope="col">Cluster</th>}
          <th scope="col" className="is-number">
            CPU now
          </th>
          <th scope="col" className="is-number">
            Memory
          </th>
          {columns.hasBlocks && (
            <th scope="col" className="is-number">
              Event-loop blocks
            </th>
          )}
          <th scope="col">Over the range</th>
          <th scope="col" className="is-number">
            Last seen
          </th>
        </tr>
      </thead>
      <tbody>
        {services.map((service) => (
          <ServiceRow
            key={JSON.stringify([service.name, service.labels])}
            service={service}
            columns={columns}
            nowMillis={nowMillis}
            state={state}
          />
        ))}
      </tbody>
    </table>
  );
}

type ServiceRowProps = Omit<ServiceTableProps, 'services'> & { readonly service: Service };

function ServiceRow({ service, columns, nowMillis, state }: ServiceRowProps) {
  const words = wordsOfService(service, nowMillis);
  const address = formatPageState({
    ...EXPLORE,
    range: state.range,
    isLive: state.isLive,
    service: service.name,
    labels: labelsText(service.labels),
  });
  const instances = `${service.instanceCount} ${service.instanceCount === 1 ? 'instance' : 'instances'}`;
  return (
    <tr className={`is-${words.trouble.kind}`}>
      <th scope="row" className="service-name">
        <a href={address}>{service.name === '' ? '(no name)' : service.name}</a>
        <span className="service-instances">{instances}</span>
      </th>
      {columns.hasClusters && (
        <td data-label="Cluster" className="service-cluster">
          {service.labels.map(({ value }) => value).join(', ')}
        </td>
      )}
      <td data-label="CPU now" className="is-number">
        {words.cpu}
      </td>
      <td data-label="Memory" className="is-number">
        {words.memory}
      </td>
      {columns.hasBlocks && (
        <td data-label="Event-loop blocks" className="is-number service-blocks">
          {words.blocks}
        </td>
      )}
      <td data-label="Over the range" className="service-spark">
        <svg
          viewBox={`0 0 ${SPARK_WIDTH_PX} ${SPARK_HEIGHT_PX}`}
          preserveAspectRatio="none"
          className="sparkline"
          role="img"
          aria-label={`${wordsOfProfileType(service.sparklineType).title} over the range`}
        >
          <path d={sparklinePath(service.sparkline, SPARK_WIDTH_PX, SPARK_HEIGHT_PX)} />
        </svg>
      </td>
      <td data-label="Last seen" className="is-number service-seen">
        {words.trouble.kind === 'silent' && <span className="badge is-warn">silent</span>}
        {words.seen}
      </td>
    </tr>
  );
}
