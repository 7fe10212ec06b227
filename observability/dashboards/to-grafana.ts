import {
  type DashboardBuilder,
  DashboardBuilder as NewDashboard,
  DatasourceVariableBuilder,
  RowBuilder,
  ThresholdsConfigBuilder,
  ThresholdsMode,
} from '@grafana/grafana-foundation-sdk/dashboard';
import { VizLegendOptionsBuilder } from '@grafana/grafana-foundation-sdk/common';
import { DataqueryBuilder } from '@grafana/grafana-foundation-sdk/prometheus';
import { PanelBuilder as NumberBuilder } from '@grafana/grafana-foundation-sdk/stat';
import { PanelBuilder as LinesBuilder } from '@grafana/grafana-foundation-sdk/timeseries';
import type { Dashboard, Panel, Query } from './panel.ts';

/** The source is chosen in Grafana, so that one file serves every installation. */
const SOURCE = { type: 'prometheus', uid: '${datasource}' };
const WIDTH = 24;
const LINES_SPAN = WIDTH / 2;
const ROW_HEIGHT = 8;

/** As Grafana's dashboard JSON, ready to be provisioned or imported. */
export function toGrafana({ uid, title, description, rows }: Dashboard): object {
  const builder = new NewDashboard(title)
    .uid(uid)
    .description(description)
    .tags(['suffrage'])
    .refresh('10s')
    .time({ from: 'now-1h', to: 'now' })
    .timezone('browser')
    .withVariable(new DatasourceVariableBuilder('datasource').label('Prometheus').type('prometheus'));
  for (const { title: row, panels } of rows) addRow(builder, row, panels);
  return builder.build();
}

function addRow(builder: DashboardBuilder, title: string, panels: readonly Panel[]): void {
  builder.withRow(new RowBuilder(title));
  // Numbers share the width, so that lines begin below them.
  const numberSpan = WIDTH / panels.filter(({ kind }) => kind === 'number').length;
  for (const panel of panels)
    builder.withPanel(panel.kind === 'number' ? numberPanel(panel, numberSpan) : linesPanel(panel));
}

function numberPanel({ title, description, unit, queries, badFrom }: Panel, span: number) {
  const builder = new NumberBuilder()
    .title(title)
    .description(description)
    .unit(unit)
    .datasource(SOURCE)
    .thresholds(thresholds(badFrom))
    .height(ROW_HEIGHT / 2)
    .span(span);
  for (const each of queries) builder.withTarget(target(each));
  return builder;
}

function linesPanel({ title, description, unit, queries, badFrom }: Panel) {
  const builder = new LinesBuilder()
    .title(title)
    .description(description)
    .unit(unit)
    .datasource(SOURCE)
    .thresholds(thresholds(badFrom))
    .legend(new VizLegendOptionsBuilder().showLegend(true))
    .min(0)
    .height(ROW_HEIGHT)
    .span(LINES_SPAN);
  for (const each of queries) builder.withTarget(target(each));
  return builder;
}

function thresholds(badFrom: number | undefined) {
  const good = { value: null, color: 'green' };
  const steps = badFrom === undefined ? [good] : [good, { value: badFrom, color: 'red' }];
  return new ThresholdsConfigBuilder().mode(ThresholdsMode.Absolute).steps(steps);
}

/** Whose observations name traces. */
const WITH_EXEMPLARS = [
  'suffrage_ingestion_acknowledge_seconds',
  'suffrage_http_request_seconds',
  'suffrage_grpc_call_seconds',
];

const target = ({ expr, legend }: Query) =>
  new DataqueryBuilder()
    .expr(expr)
    .legendFormat(legend)
    .exemplar(WITH_EXEMPLARS.some(metric => expr.includes(`${metric}_bucket`)));
