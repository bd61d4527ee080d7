import type { Picture, PlacedSink, PlacedStep, PlacedTopic } from './layout.ts';

/** Sizes in CSS pixels. */
const ROW = 38;
const CAPTION = 26;
const HEAD = 44;
const FOOT = 46;
export const TOPIC = { width: 172, height: 24 };
export const STEP = { width: 116, height: 34 };
export const STOP = { width: 74, height: 20 };
const GAP = { least: 16, most: 64 };
const SINK = { least: 80, most: 128 };

export interface Geometry {
  width: number;
  height: number;
  /** the top of the sinks' lines, and of the stores */
  top: number;
  bottom: number;
  topicX(topic: { column: number }): number;
  stepX(step: { column: number }): number;
  sinkX(index: number): number;
  y(row: number): number;
  /** the captions of the domains */
  captions: { name: string; y: number }[];
}

/** Where everything stands, in a space of that width. A narrow space makes a picture that scrolls. */
export function geometryOf({ topics, columns, sinks, rows }: Picture, space: number): Geometry {
  const boxes = columns * TOPIC.width + (columns - 1) * STEP.width;
  const gaps = (columns - 1) * 2 + 1;
  const least = boxes + gaps * GAP.least + sinks.length * SINK.least;
  const most = boxes + gaps * GAP.most + sinks.length * SINK.most;
  const share = Math.min(1, Math.max(0, (space - least) / Math.max(1, most - least)));
  const gap = GAP.least + share * (GAP.most - GAP.least);
  const sink = SINK.least + share * (SINK.most - SINK.least);
  const step = TOPIC.width + gap;
  const column = step + STEP.width + gap;

  const captions: { name: string; y: number }[] = [];
  let y = HEAD;
  let domain: string | null | undefined;
  const ys = topics.map(({ node }) => {
    if (node.domain !== domain) {
      domain = node.domain;
      captions.push({ name: node.domain ?? 'others', y: y + CAPTION - 9 });
      y += CAPTION;
    }
    y += ROW;
    return y - ROW / 2;
  });
  const sinksFrom = (columns - 1) * column + TOPIC.width + gap;
  return {
    width: Math.round(sinksFrom + sinks.length * sink),
    height: y + (sinks.length > 0 ? FOOT : 8),
    top: HEAD,
    bottom: y + 14,
    topicX: ({ column: at }) => at * column,
    stepX: ({ column: at }) => at * column + step,
    sinkX: (index) => sinksFrom + (index + 0.5) * sink,
    y: (row) => ys[Math.min(row, rows - 1)] ?? HEAD,
    captions,
  };
}

/** From a topic to the function that reads it. */
export function inLine(geometry: Geometry, topic: PlacedTopic, step: PlacedStep): string {
  return curve(geometry.topicX(topic) + TOPIC.width, geometry.y(topic.row), geometry.stepX(step), geometry.y(step.row));
}

/** From a function to a topic that it writes. */
export function outLine(geometry: Geometry, step: PlacedStep, topic: PlacedTopic): string {
  return curve(geometry.stepX(step) + STEP.width, geometry.y(step.row), geometry.topicX(topic), geometry.y(topic.row));
}

/** From a topic along its row to the last sink that reads it; below the function that stands in the way. */
export function rowLine(geometry: Geometry, topic: PlacedTopic, picture: Picture): string | null {
  const last = picture.sinks.findLastIndex((sink: PlacedSink) => sink.stops.has(topic.node.id));
  if (last < 0) return null;
  const y = geometry.y(topic.row);
  const end = geometry.sinkX(last);
  const inTheWay = picture.steps.filter(({ row, column }) => row === topic.row && column >= topic.column);
  const from = geometry.topicX(topic) + TOPIC.width;
  if (inTheWay.length === 0) return `M${from} ${y}H${end}`;
  const after = Math.max(...inTheWay.map((step) => geometry.stepX(step))) + STEP.width;
  const lane = y + ROW / 2;
  return `M${from - 22} ${y + TOPIC.height / 2}q0 ${lane - y - TOPIC.height / 2} 10 ${lane - y - TOPIC.height / 2}H${after + 4}c8 0 8 ${y - lane} 16 ${y - lane}H${end}`;
}

function curve(x1: number, y1: number, x2: number, y2: number): string {
  if (y1 === y2) return `M${x1} ${y1}H${x2}`;
  // It changes its row at once, so that it doesn't pass behind the boxes of the rows between.
  const turn = x1 + Math.min(GAP.least, x2 - x1);
  const middle = (x1 + turn) / 2;
  return `M${x1} ${y1}C${middle} ${y1} ${middle} ${y2} ${turn} ${y2}H${x2}`;
}
