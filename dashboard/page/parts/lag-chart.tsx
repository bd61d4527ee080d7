import { useEffect, useRef } from 'preact/hooks';
import uPlot from 'uplot';
import { useLive } from '../live/hooks.ts';
import { brief, seconds, time } from '../text/format.ts';
import { colour, onTheme } from './palette.ts';
import { useWidth } from './use-width.ts';

const HEIGHT = 186;
/** Seconds that the chart shows at least. */
const LEAST_SPAN = 120;

/** Records that wait, of the mapping and each of its partitions, and the seconds, over the last ten minutes. */
export function LagChart({ mapping }: { mapping: string }) {
  const { histories } = useLive('flow');
  const [box, width] = useWidth<HTMLDivElement>();
  const chart = useRef<uPlot>(null);
  const history = histories.mappings.get(mapping);
  const partitions = [...(history?.partitions.keys() ?? [])].sort((a, b) => a - b);
  const shape = `${mapping} ${partitions.join()}`;

  useEffect(() => {
    if (width === 0 || box.current === null) return;
    const make = () => {
      chart.current?.destroy();
      chart.current = new uPlot(optionsOf(partitions, width), [[]], box.current as HTMLElement);
    };
    make();
    const end = onTheme(make);
    return () => {
      end();
      chart.current?.destroy();
      chart.current = null;
    };
  }, [shape, width]);

  useEffect(() => {
    if (history === undefined || chart.current === null) return;
    const times = histories.times.toArray();
    const from = times.findIndex((time) => time !== null);
    if (from < 0) return;
    const lines = [history.lag, history.seconds, ...partitions.map((each) => history.partitions.get(each))];
    const data = [times, ...lines.map((ring) => ring?.toArray() ?? [])].map((line) => line.slice(from));
    chart.current.setData(data as unknown as uPlot.AlignedData);
  });

  return <div class="chart" ref={box} role="img" aria-label="Records that wait, since this page was opened" />;
}

function optionsOf(partitions: readonly number[], width: number): uPlot.Options {
  const axis = { stroke: colour('--text-quiet'), grid: { stroke: colour('--line'), width: 1 }, ticks: { show: false } };
  const font = '11px system-ui, "Open Sans", sans-serif';
  return {
    width,
    height: HEIGHT,
    cursor: { y: false, points: { size: 6 } },
    legend: { show: true, live: true },
    scales: {
      x: { time: true, range: (_, min, max) => [Math.min(min, max - LEAST_SPAN), max] },
      y: { range: (_, __, max) => [0, Math.max(10, (max ?? 0) * 1.15)] },
      seconds: { range: (_, __, max) => [0, Math.max(2, (max ?? 0) * 1.15)] },
    },
    axes: [
      { ...axis, font, space: 80, values: (_, values) => values.map((value) => time(value * 1000)) },
      { ...axis, font, size: 46, values: (_, values) => values.map((value) => brief(value)) },
      {
        ...axis,
        font,
        scale: 'seconds',
        side: 1,
        size: 44,
        grid: { show: false },
        values: (_, values) => values.map((value) => seconds(value)),
      },
    ],
    series: [
      { label: 'at', value: (_, value) => (value === null ? '–' : time(value * 1000)) },
      { label: 'all', stroke: colour('--accent'), fill: colour('--accent-faint'), width: 2, points: { show: false } },
      {
        label: 'seconds',
        scale: 'seconds',
        stroke: colour('--warn'),
        width: 1.5,
        dash: [4, 3],
        points: { show: false },
      },
      ...partitions.map((partition) => ({
        label: `p${partition}`,
        stroke: colour('--text-faint'),
        width: 1,
        points: { show: false },
      })),
    ],
  };
}
