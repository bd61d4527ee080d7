import { count } from '../text/format.ts';

interface Props {
  /** what is counted: "device type" */
  title: string;
  counts: Readonly<Record<string, number>>;
  /** the most rows; the others are one row */
  most?: number;
  chosen?: string | null;
  onChoose?: (name: string | null) => void;
}

/** Counts as bars, the largest first. With `onChoose`, a click on a row filters by it. */
export function Bars({ title, counts, most = 6, chosen = null, onChoose }: Props) {
  const rows = Object.entries(counts).toSorted(([, a], [, b]) => b - a);
  const shown = rows.length > most ? rows.slice(0, most - 1) : rows;
  const others = rows.slice(shown.length).reduce((sum, [, value]) => sum + value, 0);
  const all = [...shown, ...(others > 0 ? [[`${rows.length - shown.length} others`, others] as const] : [])];
  const total = rows.reduce((sum, [, value]) => sum + value, 0);
  const largest = Math.max(1, ...all.map(([, value]) => value));
  return (
    <div class="bars">
      <h3>{title}</h3>
      <ul>
        {all.map(([name, value], index) => {
          const row = (
            <>
              <span class="bar" style={{ width: `${(value / largest) * 100}%` }} />
              <span class="name">{name}</span>
              <span class="number">{count(value)}</span>
              <span class="share">{Math.round((value / Math.max(1, total)) * 100)} %</span>
            </>
          );
          if (onChoose === undefined || index >= shown.length) return <li key={name}>{row}</li>;
          return (
            <li key={name}>
              <button
                type="button"
                aria-pressed={chosen === name}
                onClick={() => onChoose(chosen === name ? null : name)}
              >
                {row}
              </button>
            </li>
          );
        })}
      </ul>
    </div>
  );
}
