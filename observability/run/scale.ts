import type { Panel } from '../dashboards/panel.ts';

type Unit = Panel['unit'];

const MOST_STEPS = 4;
/** What one of the unit as it is written stands for. */
const WRITTEN: Partial<Readonly<Record<Unit, number>>> = { bytes: 1024 * 1024, percentunit: 0.01 };

/** From 0 to at least the highest value, in at most four equal steps whose ends are short to write. */
export function scaleOf(
  values: readonly number[],
  unit: Unit,
): { readonly top: number; readonly step: number } {
  const one = WRITTEN[unit] ?? 1;
  const highest = Math.max(0, ...values) / one;
  if (highest === 0) return { top: one, step: one };
  const exact = shortStep(highest / MOST_STEPS);
  // There is no half of a vote.
  const step = unit === 'short' && values.every(Number.isInteger) ? Math.max(1, exact) : exact;
  return { top: Math.ceil(highest / step) * step * one, step: step * one };
}

/** The next 1, 2 or 5 times a power of ten. */
function shortStep(value: number): number {
  const power = 10 ** Math.floor(Math.log10(value));
  return [1, 2, 5].map(step => step * power).find(step => step >= value) ?? 10 * power;
}

export function formatValue(value: number, unit: Unit): string {
  switch (unit) {
    case 's':
      return value !== 0 && value < 1 ? `${round(value * 1000)} ms` : `${round(value)} s`;
    case 'percentunit':
      return `${round(value * 100)} %`;
    case 'bytes':
      return `${round(value / 1024 / 1024)} MiB`;
    case 'reqps':
      return `${round(value)}/s`;
    case 'cores':
      return `${round(value)} cores`;
    case 'currencyUSD':
      return `$${round(value)}`;
    case 'µs':
      return `${round(value)} µs`;
    case 'short':
      return round(value);
  }
}

const round = (value: number) =>
  Number(value.toPrecision(value >= 100 ? Math.max(3, Math.ceil(Math.log10(value))) : 2)).toLocaleString(
    'en-GB',
  );
