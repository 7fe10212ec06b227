import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { repositoryDirectory } from '@suffrage/stack/paths';
import { type Figures, fillBlocks } from './blocks.ts';
import { benchmarkFigures, faultsFigures, simulationFigures } from './measured.ts';

export const figuresDirectory = join(repositoryDirectory, 'docs/figures');
export const pageFile = join(repositoryDirectory, 'docs/how-suffrage-loses-no-vote.md');

/** The figures that are on record. @throws Error when one is missing or not whole */
export function loadFigures(): Figures {
  const load = (name: string): unknown =>
    JSON.parse(readFileSync(join(figuresDirectory, `${name}.json`), 'utf8'));
  return {
    faults: faultsFigures.parse(load('faults')),
    simulation: simulationFigures.parse(load('simulation')),
    benchmark: benchmarkFigures.parse(load('benchmark')),
  };
}

export function isPageCurrent(): boolean {
  const text = readFileSync(pageFile, 'utf8');
  return fillBlocks(text, loadFigures()) === text;
}
