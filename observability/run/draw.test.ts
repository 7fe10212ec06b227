import { expect, test } from '@jest/globals';
import { lines, number, query } from '../dashboards/panel.ts';
import type { Series } from './ask.ts';
import { drawPanel } from './draw.ts';

const SHOWN = { from: 0, to: 60, stepSeconds: 5 };
const given = { title: 'Votes', description: 'That came.', unit: 'short', badFrom: 3 } as const;
const panel = lines({ ...given, queries: [query('{{code}} of a long name', 'votes')] });
const series = (code: string, points: Series['points']): Series => ({ labels: { code }, points });

test('each of many lines is named below in full, and none looks like another', () => {
  const codes = Array.from({ length: 20 }, (_, place) => `code-${place}`);
  const html = drawPanel(
    {
      panel,
      answers: [
        codes.map(code =>
          series(code, [
            [0, 1],
            [5, 2],
          ]),
        ),
      ],
    },
    SHOWN,
  );
  for (const code of codes) expect(html).toContain(`${code} of a long name</li>`);
  const strokes = [...html.matchAll(/<path [^>]*fill="none" ([^>]*) stroke-width/g)].map(
    ([, stroke]) => stroke,
  );
  expect(new Set(strokes).size).toBe(codes.length);
});

test('a line is interrupted where nothing was measured', () => {
  const points: Series['points'] = [
    [0, 1],
    [5, 1],
    [10, Number.NaN],
    [15, 1],
    [20, 1],
  ];
  const html = drawPanel({ panel, answers: [[series('a', points)]] }, SHOWN);
  expect(/ d="([^"]*)"/.exec(html)?.[1]?.match(/[ML]/g)).toEqual(['M', 'L', 'M', 'L']);
});

test.each([
  { value: 2, isBad: false },
  { value: 3, isBad: true },
])('a number of $value against a bound of 3 is red: $isBad', ({ value, isBad }) => {
  const one = number({ ...given, queries: [query('', 'votes')] });
  const html = drawPanel({ panel: one, answers: [[series('a', [[0, value]])]] }, SHOWN);
  expect(html).toContain(`>${value}</p>`);
  expect(html.includes('color:')).toBe(isBad);
});

test('where Prometheus has nothing it says so', () => {
  expect(drawPanel({ panel, answers: [[]] }, SHOWN)).toContain('no data');
});
