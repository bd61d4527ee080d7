import {
  type Dashboard,
  DashboardBuilder,
  DashboardCursorSync,
  DashboardLinkBuilder,
  DashboardLinkType,
  QueryVariableBuilder,
  RowBuilder,
  TextBoxVariableBuilder,
  VariableRefresh,
} from '@grafana/grafana-foundation-sdk/dashboard';
import { type Figure, figure, type Graph, graph, PROMETHEUS } from './panels.ts';

export interface Row {
  title: string;
  /** Figures, or graphs, side by side. */
  figures?: Figure[];
  graphs?: Graph[];
  /** True for what only a deployed stage has: its row is closed at first. */
  isAws?: boolean;
}

export interface Board {
  uid: string;
  title: string;
  about: string;
  rows: Row[];
  /** True if its panels are about the function that is chosen at the top. */
  hasFunction?: boolean;
}

const TAG = 'msk-lambda-pipeline';

export function build({ uid, title, about, rows, hasFunction = false }: Board): Dashboard {
  const board = new DashboardBuilder(title)
    .uid(uid)
    .description(about)
    .tags([TAG])
    .refresh('10s')
    .time({ from: 'now-15m', to: 'now' })
    .timezone('browser')
    .tooltip(DashboardCursorSync.Crosshair)
    .link(
      new DashboardLinkBuilder('Dashboards')
        .type(DashboardLinkType.Dashboards)
        .tags([TAG])
        .includeVars(true)
        .keepTime(true),
    );
  if (hasFunction) board.withVariable(functionVariable());
  board.withVariable(
    new TextBoxVariableBuilder('stage')
      .label('deployed stage')
      .description('For the rows of AWS: the stage whose metrics CloudWatch has')
      .defaultValue('dev'),
  );
  for (const row of rows) {
    const panels = [
      ...(row.figures ?? []).map((own, _, all) => figure(own, all.length)),
      ...(row.graphs ?? []).map((own, _, all) => graph(own, all.length > 4 ? 3 : all.length)),
    ];
    const heading = new RowBuilder(row.title);
    if (row.isAws) {
      // The panels of a closed row are inside of it.
      for (const panel of panels) heading.withPanel(panel);
      board.withRow(heading.collapsed(true));
    } else {
      board.withRow(heading);
      for (const panel of panels) board.withPanel(panel);
    }
  }
  return board.build();
}

function functionVariable(): QueryVariableBuilder {
  return new QueryVariableBuilder('function')
    .label('function')
    .description('For a deployed stage, type the function’s name in functions.yml')
    .datasource(PROMETHEUS)
    .query('label_values(lambda_esm_polled_event_count_total, function)')
    .refresh(VariableRefresh.OnTimeRangeChanged)
    .allowCustomValue(true);
}
