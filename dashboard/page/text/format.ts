/** What the page says instead of a value that it doesn't have. It is never shown as 0. */
export const NOT_KNOWN = 'not known';

const whole = new Intl.NumberFormat('en', { maximumFractionDigits: 0 });
const short = new Intl.NumberFormat('en', { notation: 'compact', maximumFractionDigits: 1 });
const tenths = new Intl.NumberFormat('en', { maximumFractionDigits: 1 });
const money = new Intl.NumberFormat('en', { minimumFractionDigits: 2, maximumFractionDigits: 2 });
const clock = new Intl.DateTimeFormat('en-GB', { timeStyle: 'medium' });
const minute = new Intl.DateTimeFormat('en-GB', { timeStyle: 'short' });

type Maybe = number | null | undefined;
const or =
  (format: (value: number) => string) =>
  (value: Maybe): string =>
    value === null || value === undefined || Number.isNaN(value) ? NOT_KNOWN : format(value);

/** 12,345 */
export const count = or((value) => whole.format(value));
/** 12.3K */
export const brief = or((value) => (value < 10_000 ? whole.format(value) : short.format(value)));
/** 98/s; one digit after the point below 10 */
export const rate = or((value) => `${value < 10 ? tenths.format(value) : brief(value)}/s`);
/** 1,234.50: no currency, because orders carry none */
export const amount = or((value) => money.format(value));
/** 14:03:22 */
export const time = or((value) => clock.format(value));
/** 14:03 */
export const minutes = or((value) => minute.format(value));
/** 120 ms, 1.2 s */
export const ms = or((value) => (value < 1000 ? `${whole.format(value)} ms` : seconds(value / 1000)));

/** 0.4 s, 12 s, 3 min, 2 h, 4 d */
export const seconds = or((value) => {
  if (value < 10) return `${tenths.format(value)} s`;
  if (value < 120) return `${whole.format(value)} s`;
  if (value < 7_200) return `${whole.format(value / 60)} min`;
  if (value < 172_800) return `${whole.format(value / 3_600)} h`;
  return `${whole.format(value / 86_400)} d`;
});
