/** One picture: what it shows, in what unit, and the queries behind it. The dashboards are lists of these. */
export type Panel = {
  readonly kind: 'number' | 'lines';
  readonly title: string;
  /** What is good, what is not, and what to do about it. */
  readonly description: string;
  /** As Grafana names them. */
  readonly unit: 'short' | 's' | 'reqps' | 'percentunit' | 'bytes' | 'cores' | 'currencyUSD' | 'µs';
  readonly queries: readonly Query[];
  /** From this value on it is red. */
  readonly badFrom?: number;
};

/** `$__rate_interval` in a query is the window of rates, four scrapes wide. */
export type Query = { readonly expr: string; readonly legend: string };

export type Dashboard = {
  readonly uid: string;
  readonly title: string;
  readonly description: string;
  readonly rows: readonly { readonly title: string; readonly panels: readonly Panel[] }[];
};

export const RATE = '[$__rate_interval]';

export const query = (legend: string, expr: string): Query => ({ legend, expr });

/** Quantiles of a histogram without further labels. */
export const quantiles = (metric: string, ...of: readonly number[]): Query[] =>
  of.map(quantile =>
    query(
      `p${quantile * 100}`,
      `histogram_quantile(${quantile}, sum by (le) (rate(${metric}_bucket${RATE})))`,
    ),
  );

/** The same per value of a label, of one service. */
export const quantileBy = (quantile: number, label: string, metric: string, service: string): Query =>
  query(
    `{{${label}}}`,
    `histogram_quantile(${quantile}, sum by (le, ${label}) (rate(${metric}_bucket{service="${service}"}${RATE})))`,
  );

export const rateBy = (label: string, metric: string): Query =>
  query(`{{${label}}}`, `sum by (${label}) (rate(${metric}${RATE}))`);

/** A sum that is 0 while nothing of it has happened yet. */
export const rateOrNone = (legend: string, selector: string): Query =>
  query(legend, `sum(rate(${selector}${RATE})) or vector(0)`);

type Given = Omit<Panel, 'kind'>;
export const number = (given: Given): Panel => ({ kind: 'number', ...given });
export const lines = (given: Given): Panel => ({ kind: 'lines', ...given });
