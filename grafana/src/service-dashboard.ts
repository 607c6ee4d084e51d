import {
  AxisPlacement,
  LegendDisplayMode,
  LegendPlacement,
  TooltipDisplayMode,
  VisibilityMode,
  VizLegendOptionsBuilder,
  VizTooltipOptionsBuilder,
} from '@grafana/grafana-foundation-sdk/common';
import {
  AdHocVariableBuilder,
  CustomVariableBuilder,
  type Dashboard,
  DashboardBuilder,
  DashboardCursorSync,
  type DashboardLink,
  DashboardLinkBuilder,
  DashboardLinkType,
  type DataTransformerConfig,
  PanelBuilder,
  QueryVariableBuilder,
  TextBoxVariableBuilder,
  VariableRefresh,
  VariableSort,
} from '@grafana/grafana-foundation-sdk/dashboard';
import {
  DataqueryBuilder,
  PyroscopeQueryType,
} from '@grafana/grafana-foundation-sdk/grafanapyroscope';
import { PanelBuilder as TimeSeriesPanelBuilder } from '@grafana/grafana-foundation-sdk/timeseries';
import { PYROSCOPE } from './data-source.ts';
import {
  bytesASecondToBytes,
  NANOSECONDS_A_SECOND_TO_CORES,
  NODE_PROFILES,
  STEP_MIN,
  unitOverride,
} from './node-profiles.ts';
import { PAGE_DEFAULT, PAGE_VARIABLE, seriesLink, serviceLink } from './page-link.ts';
import { variable } from './variable.ts';

/** One service: its CPU and its memory by instance, and where they go as a flame graph. */
export function serviceDashboard(): Dashboard {
  return new DashboardBuilder('Service')
    .uid('emberscope-service')
    .description('CPU, memory and flame graph of one service')
    .tags(['emberscope'])
    .time({ from: 'now-30m', to: 'now' })
    .timezone('browser')
    .refresh('30s')
    .tooltip(DashboardCursorSync.Crosshair)
    .readonly()
    .link({ build: pageLink })
    .withVariable(serviceVariable())
    .withVariable(profileVariable())
    .withVariable(filterVariable())
    .withVariable(heapIntervalVariable())
    .withVariable(pageVariable())
    .withPanel(cpuPanel().id(1))
    .withPanel(memoryPanel().id(2))
    .withPanel(flameGraphPanel().id(3))
    .build();
}

/** The builder can only put a link into a menu; one without a place stands above the panels. */
function pageLink(): DashboardLink {
  const { placement: _menu, ...link } = new DashboardLinkBuilder('Open in Emberscope')
    .type(DashboardLinkType.Link)
    .icon('external link')
    .tooltip('The same service and time, with lines, callers and comparison')
    .url(serviceLink(SERVICE))
    .targetBlank(true)
    .build();
  return link;
}

/**
 * The data source turns this into the selector `wall{}`, the series whose name is `wall`: those of
 * Node agents. A whole type id in its place is a name that no series has, and the list would be empty.
 */
function serviceVariable(): QueryVariableBuilder {
  return new QueryVariableBuilder(SERVICE)
    .label('Service')
    .datasource(PYROSCOPE)
    .query({
      refId: SERVICE,
      type: 'labelValue',
      profileTypeId: 'wall',
      labelName: 'service_name',
    })
    .refresh(VariableRefresh.OnTimeRangeChanged)
    .sort(VariableSort.AlphabeticalAsc)
    .current({ selected: true, text: 'demo-worker', value: 'demo-worker' });
}

function profileVariable(): CustomVariableBuilder {
  const { cpu, wallTime, memory } = NODE_PROFILES;
  return new CustomVariableBuilder(PROFILE)
    .label('Flame graph of')
    .values(`CPU : ${cpu}, Wall time : ${wallTime}, Memory in use : ${memory}`)
    .current({ selected: true, text: 'CPU', value: cpu })
    .options([
      { selected: true, text: 'CPU', value: cpu },
      { selected: false, text: 'Wall time', value: wallTime },
      { selected: false, text: 'Memory in use', value: memory },
    ]);
}

/** Any label: `cluster`, `instance`, or whatever agents and collectors say. */
function filterVariable(): AdHocVariableBuilder {
  return new AdHocVariableBuilder('filters').label('Only').datasource(PYROSCOPE);
}

function heapIntervalVariable(): CustomVariableBuilder {
  const choices = ['10', '15', '20', '30', '60'];
  return new CustomVariableBuilder(HEAP_SECONDS)
    .label('Seconds between heap profiles')
    .description("The agents' flush interval. Memory is multiplied by it: see grafana/README.md.")
    .values(choices.join(', '))
    .current({ selected: true, text: '10', value: '10' })
    .options(choices.map((value) => ({ selected: value === '10', text: value, value })));
}

function pageVariable(): TextBoxVariableBuilder {
  return new TextBoxVariableBuilder(PAGE_VARIABLE)
    .label('Page')
    .description('Where your browser finds the page of the profile server')
    .defaultValue(PAGE_DEFAULT)
    .current({ selected: true, text: PAGE_DEFAULT, value: PAGE_DEFAULT })
    .options([{ selected: true, text: PAGE_DEFAULT, value: PAGE_DEFAULT }]);
}

function cpuPanel(): TimeSeriesPanelBuilder {
  return seriesPanel(NODE_PROFILES.cpu, NANOSECONDS_A_SECOND_TO_CORES, 'suffix:cores')
    .title('CPU')
    .description('Cores busy, by instance: nanoseconds of CPU a second, divided by 10⁹.');
}

function memoryPanel(): TimeSeriesPanelBuilder {
  return seriesPanel(NODE_PROFILES.memory, bytesASecondToBytes(variable(HEAP_SECONDS)), 'bytes')
    .title('Memory in use')
    .description(
      'JavaScript heap in use, by instance, as sampled. An average over each step; it is right when ' +
        '“Seconds between heap profiles” is what the agents do.',
    );
}

function seriesPanel(
  profileType: string,
  scaling: DataTransformerConfig,
  unit: string,
): TimeSeriesPanelBuilder {
  return new TimeSeriesPanelBuilder()
    .datasource(PYROSCOPE)
    .gridPos({ x: 0, y: 0, w: 12, h: 8 })
    .interval(STEP_MIN)
    .withTarget(
      new DataqueryBuilder()
        .refId('A')
        .datasource(PYROSCOPE)
        .queryType(PyroscopeQueryType.Metrics)
        .profileTypeId(profileType)
        .labelSelector(SELECTOR)
        .groupBy(['service_name', 'instance'])
        .limit(SERIES_MAX),
    )
    .withTransformation(scaling)
    .overrideByFieldType('number', unitOverride(unit))
    .displayName(
      `${variable('__field.labels.service_name')} ${variable('__field.labels.instance')}`,
    )
    .dataLinks([
      new DashboardLinkBuilder('Show in Emberscope').url(seriesLink(profileType)).targetBlank(true),
    ])
    .min(0)
    .axisPlacement(AxisPlacement.Left)
    .lineWidth(1)
    .fillOpacity(10)
    .showPoints(VisibilityMode.Auto)
    .legend(
      new VizLegendOptionsBuilder()
        .showLegend(true)
        .displayMode(LegendDisplayMode.List)
        .placement(LegendPlacement.Bottom),
    )
    .tooltip(new VizTooltipOptionsBuilder().mode(TooltipDisplayMode.Multi));
}

function flameGraphPanel(): PanelBuilder {
  return new PanelBuilder()
    .type('flamegraph')
    .title('Where it goes')
    .description(
      'Everything in the time shown, added up. For memory that is the heap of every profile: its ' +
        'shares are right, its bytes are as many times too many as there are profiles.',
    )
    .datasource(PYROSCOPE)
    .gridPos({ x: 0, y: 0, w: 24, h: 20 })
    .withTarget(
      new DataqueryBuilder()
        .refId('A')
        .datasource(PYROSCOPE)
        .queryType(PyroscopeQueryType.Profile)
        .profileTypeId(variable(PROFILE))
        .labelSelector(SELECTOR)
        .groupBy([])
        .maxNodes(FLAME_GRAPH_NODES_MAX),
    );
}

/** The dashboard's variables. */
const SERVICE = 'service';
const PROFILE = 'profile';
const HEAP_SECONDS = 'heap_seconds';

/** Filters are added to it by the data source, which reads no strings but those in double quotes. */
const SELECTOR = `{service_name="${variable(SERVICE)}"}`;
/** Instances in one graph: more are no longer told apart. The largest are kept. */
const SERIES_MAX = 20;
/** The panel draws twice as many slowly; the server folds the rest into `other`. */
const FLAME_GRAPH_NODES_MAX = 8192;
