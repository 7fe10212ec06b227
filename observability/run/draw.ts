import type { Panel } from '../dashboards/panel.ts';
import type { Series } from './ask.ts';

/** A panel with what Prometheus answered to each of its queries, in their order. */
export type Answered = { readonly panel: Panel; readonly answers: readonly (readonly Series[])[] };

const WIDTH = 560;
const HEIGHT = 240;
const NUMBER_WIDTH = 270;
const NUMBER_HEIGHT = 110;
const PLOT = { left: 64, right: 12, top: 34, bottom: 62 };
/** Okabe and Ito's, which people with any colour vision tell apart, darker where white paper needs it. */
const COLOURS = ['#0072b2', '#d55e00', '#009e73', '#b84c8f', '#8a6d00', '#3a87ad', '#555555', '#7a3db8'];
const MOST_LINES = 8;
const BAD = '#c0392b';

/** One SVG picture of a panel, with its numbers as text. */
export function drawPanel(answered: Answered): string {
  return answered.panel.kind === 'number' ? drawNumber(answered) : drawLines(answered);
}

function drawNumber({ panel, answers }: Answered): string {
  const value = answers.flat()[0]?.points.at(-1)?.[1];
  const isBad = value !== undefined && panel.badFrom !== undefined && value >= panel.badFrom;
  return svg(NUMBER_WIDTH, NUMBER_HEIGHT, panel, [
    `<text x="14" y="84" font-size="38" font-weight="600" fill="${isBad ? BAD : '#1b2733'}">${value === undefined ? 'no data' : formatValue(value, panel.unit)}</text>`,
  ]);
}

type Line = { readonly name: string; readonly points: readonly (readonly [number, number])[] };

function drawLines({ panel, answers }: Answered): string {
  const lines = panel.queries
    .flatMap(({ legend }, place) =>
      (answers[place] ?? []).map(({ labels, points }) => ({
        name: nameOf(legend, labels),
        points: points.filter(([, value]) => Number.isFinite(value)),
      })),
    )
    .filter(({ points }) => points.length > 0)
    .slice(0, MOST_LINES);
  const all = lines.flatMap(({ points }) => points);
  if (all.length === 0) return svg(WIDTH, HEIGHT, panel, [text(WIDTH / 2, HEIGHT / 2, 'no data', 'middle')]);
  const times = all.map(([at]) => at);
  const scale = scaleOf(
    Math.min(...times),
    Math.max(...times),
    niceTop(Math.max(...all.map(([, value]) => value))),
  );
  return svg(WIDTH, HEIGHT, panel, [
    ...axes(scale, panel),
    ...lines.map((line, place) => path(line, scale, place)),
    legendOf(lines),
  ]);
}

type Scale = {
  readonly x: (at: number) => number;
  readonly y: (value: number) => number;
  readonly from: number;
  readonly to: number;
  readonly top: number;
};

function scaleOf(from: number, to: number, top: number): Scale {
  const width = WIDTH - PLOT.left - PLOT.right;
  const height = HEIGHT - PLOT.top - PLOT.bottom;
  return {
    x: at => PLOT.left + (to === from ? 0 : ((at - from) / (to - from)) * width),
    y: value => PLOT.top + height - (Math.max(0, value) / top) * height,
    from,
    to,
    top,
  };
}

/** The next 1, 2 or 5 times a power of ten. */
function niceTop(value: number): number {
  if (!(value > 0)) return 1;
  const power = 10 ** Math.floor(Math.log10(value));
  return [1, 2, 5, 10].map(step => step * power).find(step => step >= value) ?? value;
}

function axes({ x, y, from, to, top }: Scale, { unit, badFrom }: Panel): string[] {
  const rows = [0, top / 2, top].map(
    value =>
      `<line x1="${PLOT.left}" x2="${WIDTH - PLOT.right}" y1="${y(value)}" y2="${y(value)}" stroke="#dfe4e8"/>${text(PLOT.left - 6, y(value) + 4, formatValue(value, unit), 'end')}`,
  );
  const bound =
    badFrom !== undefined && badFrom <= top
      ? [
          `<line x1="${PLOT.left}" x2="${WIDTH - PLOT.right}" y1="${y(badFrom)}" y2="${y(badFrom)}" stroke="${BAD}" stroke-dasharray="4 4"/>`,
        ]
      : [];
  const below = HEIGHT - PLOT.bottom + 16;
  return [
    ...rows,
    ...bound,
    text(x(from), below, clock(from), 'start'),
    text(x(to), below, clock(to), 'end'),
  ];
}

function path({ points }: Line, { x, y }: Scale, place: number): string {
  const steps = points.map(
    ([at, value], first) => `${first === 0 ? 'M' : 'L'}${x(at).toFixed(1)} ${y(value).toFixed(1)}`,
  );
  return `<path d="${steps.join('')}" fill="none" stroke="${COLOURS[place % COLOURS.length]}" stroke-width="1.6"/>`;
}

/** Two rows of four. */
function legendOf(lines: readonly Line[]): string {
  return lines
    .map(({ name }, place) => {
      const left = 14 + (place % 4) * ((WIDTH - 28) / 4);
      const below = HEIGHT - 26 + Math.floor(place / 4) * 16;
      const short = name.length > 20 ? `${name.slice(0, 19)}…` : name;
      return `<rect x="${left}" y="${below - 8}" width="10" height="3" fill="${COLOURS[place % COLOURS.length]}"/>${text(left + 15, below - 3, short, 'start')}`;
    })
    .join('');
}

const nameOf = (pattern: string, labels: Readonly<Record<string, string>>) =>
  pattern.replaceAll(/\{\{(\w+)\}\}/g, (_, label: string) => labels[label] ?? '');

const clock = (seconds: number) => `${new Date(seconds * 1000).toISOString().slice(11, 19)} UTC`;

const escape = (raw: string) =>
  raw.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');

function text(x: number, y: number, content: string, anchor: 'start' | 'middle' | 'end'): string {
  return `<text x="${x.toFixed(1)}" y="${y.toFixed(1)}" font-size="11" fill="#4a5763" text-anchor="${anchor}">${escape(content)}</text>`;
}

function svg(
  width: number,
  height: number,
  { title, description }: Panel,
  content: readonly string[],
): string {
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" font-family="system-ui, sans-serif" role="img" aria-label="${escape(`${title}. ${description}`)}"><rect width="${width}" height="${height}" rx="6" fill="#ffffff" stroke="#dfe4e8"/><text x="14" y="22" font-size="13" font-weight="600" fill="#1b2733">${escape(title)}</text>${content.join('')}</svg>`;
}

function formatValue(value: number, unit: Panel['unit']): string {
  switch (unit) {
    case 's':
      return value === 0 ? '0 s' : value < 1 ? `${round(value * 1000)} ms` : `${round(value)} s`;
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
