import type { Panel } from '../dashboards/panel.ts';
import type { Series } from './ask.ts';
import { escape } from './escape.ts';
import { formatValue, scaleOf } from './scale.ts';

/** A panel with what Prometheus answered to each of its queries, in their order. */
export type Answered = { readonly panel: Panel; readonly answers: readonly (readonly Series[])[] };

/** Seconds since 1970. */
export type Shown = { readonly from: number; readonly to: number; readonly stepSeconds: number };

const WIDTH = 560;
const HEIGHT = 172;
const PLOT = { left: 80, right: 12, top: 8, bottom: 20 };
/** Okabe and Ito's, which people with any colour vision tell apart, darker where white paper needs it. */
const COLOURS = ['#0072b2', '#d55e00', '#009e73', '#b84c8f', '#8a6d00', '#3a87ad', '#555555', '#7a3db8'];
/** Of the first eight lines, of the next eight, and so on. */
const DASHES = ['', '6 3', '2 3', '8 3 2 3'];
const BAD = '#c0392b';

/** A panel as HTML: title, a number or lines as SVG over the time that is shown, what each line is. */
export function drawPanel(answered: Answered, shown: Shown): string {
  const { panel } = answered;
  const content = panel.kind === 'number' ? number(answered) : lines(answered, shown);
  return `<figure title="${escape(panel.description)}"><figcaption>${escape(panel.title)}</figcaption>${content}</figure>`;
}

function number({ panel, answers }: Answered): string {
  const value = answers.flat()[0]?.points.at(-1)?.[1];
  if (value === undefined) return '<p class="number">no data</p>';
  const isBad = panel.badFrom !== undefined && value >= panel.badFrom;
  return `<p class="number"${isBad ? ` style="color:${BAD}"` : ''}>${formatValue(value, panel.unit)}</p>`;
}

type Line = {
  readonly name: string;
  readonly stroke: string;
  readonly points: readonly (readonly [number, number])[];
};

function lines({ panel, answers }: Answered, shown: Shown): string {
  const drawn = panel.queries
    .flatMap(({ legend }, place) =>
      (answers[place] ?? []).map(({ labels, points }) => ({
        name: nameOf(legend, labels),
        points: points.filter(([, value]) => Number.isFinite(value)),
      })),
    )
    .filter(({ points }) => points.length > 0)
    .map((line, place) => ({ ...line, stroke: strokeOf(place) }));
  if (drawn.length === 0) return '<p>no data</p>';
  const plot = plotOf(
    shown,
    panel,
    drawn.flatMap(({ points }) => points.map(([, value]) => value)),
  );
  const svg = [...plot.grid, ...drawn.map(line => path(line, plot, shown.stepSeconds))].join('');
  return `<svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${escape(panel.title)}">${svg}</svg><ul>${drawn.map(legendEntry).join('')}</ul>`;
}

const strokeOf = (place: number) =>
  `stroke="${COLOURS[place % COLOURS.length]}" stroke-dasharray="${DASHES[Math.floor(place / COLOURS.length) % DASHES.length]}"`;

type Plot = {
  readonly x: (at: number) => number;
  readonly y: (value: number) => number;
  readonly grid: readonly string[];
};

function plotOf({ from, to }: Shown, { unit, badFrom }: Panel, values: readonly number[]): Plot {
  const { top, step } = scaleOf(values, unit);
  const width = WIDTH - PLOT.left - PLOT.right;
  const height = HEIGHT - PLOT.top - PLOT.bottom;
  const x = (at: number) => PLOT.left + ((at - from) / (to - from)) * width;
  const y = (value: number) => PLOT.top + height - (Math.max(0, value) / top) * height;
  const level = (value: number, stroke: string) =>
    `<line x1="${PLOT.left}" x2="${WIDTH - PLOT.right}" y1="${y(value)}" y2="${y(value)}" ${stroke}/>`;
  const rows = Array.from({ length: Math.round(top / step) + 1 }, (_, row) => row * step).flatMap(value => [
    level(value, 'stroke="#dfe4e8"'),
    text(PLOT.left - 6, y(value) + 4, formatValue(value, unit), 'end'),
  ]);
  const bound =
    badFrom !== undefined && badFrom <= top ? [level(badFrom, `stroke="${BAD}" stroke-dasharray="4 4"`)] : [];
  const times = [
    text(x(from), HEIGHT - 4, clock(from), 'start'),
    text(x((from + to) / 2), HEIGHT - 4, clock((from + to) / 2), 'middle'),
    text(x(to), HEIGHT - 4, `${clock(to)} UTC`, 'end'),
  ];
  return { x, y, grid: [...rows, ...bound, ...times] };
}

/** Where nothing was there to be measured it is interrupted. */
function path({ points, stroke }: Line, { x, y }: Plot, stepSeconds: number): string {
  const steps = points.map(([at, value], place) => {
    const previous = points[place - 1]?.[0];
    const isNew = previous === undefined || at - previous > 1.5 * stepSeconds;
    return `${isNew ? 'M' : 'L'}${x(at).toFixed(1)} ${y(value).toFixed(1)}`;
  });
  return `<path d="${steps.join('')}" fill="none" ${stroke} stroke-width="1.6"/>`;
}

const legendEntry = ({ name, stroke }: Line) =>
  `<li><svg width="18" height="8"><line x2="18" y1="4" y2="4" ${stroke} stroke-width="3"/></svg>${escape(name)}</li>`;

const nameOf = (pattern: string, labels: Readonly<Record<string, string>>) =>
  pattern.replaceAll(/\{\{(\w+)\}\}/g, (_, label: string) => labels[label] ?? '');

const clock = (seconds: number) => new Date(seconds * 1000).toISOString().slice(11, 19);

function text(x: number, y: number, content: string, anchor: 'start' | 'middle' | 'end'): string {
  return `<text x="${x.toFixed(1)}" y="${y.toFixed(1)}" text-anchor="${anchor}">${escape(content)}</text>`;
}
