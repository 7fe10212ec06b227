import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { fillBlocks } from './blocks.ts';
import { faultsReport } from './measured.ts';
import { isPageCurrent, loadFigures, pageFiles } from './page.ts';

test.each(pageFiles)('%s shows the figures that are on record (make figures)', page => {
  expect(isPageCurrent(page)).toBe(true);
});

test('a loss on record is a loss on the page', () => {
  const figures = loadFigures();
  const [first, ...others] = figures.faults.cases;
  if (!first) throw new Error('there are no figures');
  const lossy = { ...figures, faults: { ...figures.faults, cases: [{ ...first, lost: 41 }, ...others] } };
  expect(fillBlocks(readFileSync(pageFiles[0] ?? '', 'utf8'), lossy)).toMatch(
    /votes acknowledged \| 41 \| 0 \|/,
  );
});

test('a block that is not known, or that has no end, is refused', () => {
  expect(() => fillBlocks('<!-- figures: summery -->\n<!-- end -->', loadFigures())).toThrow(
    'summery is not known',
  );
  expect(() => fillBlocks('<!-- figures: summary -->\nand so on', loadFigures())).toThrow('does not end');
});

test('one case that somebody has tried alone is no record of the fault lane', () => {
  const one = { ...loadFigures().faults.cases[0] };
  const report = { command: 'x', startedAt: '2026-11-21T00:00:00Z', machine: 'm', cases: [one] };
  expect(() => faultsReport.parse(report)).toThrow('more than a few cases');
});
