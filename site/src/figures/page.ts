import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { repositoryDirectory } from '@suffrage/stack/paths';
import { type Figures, fillBlocks } from './blocks.ts';
import { auditFigures, benchmarkFigures, faultsFigures, simulationFigures } from './measured.ts';

export const figuresDirectory = join(repositoryDirectory, 'docs/figures');
/** The pages with blocks of figures. */
export const pageFiles = [
  'docs/how-suffrage-loses-no-vote.md',
  'docs/design/zero-loss.md',
  'docs/design/performance.md',
].map(file => join(repositoryDirectory, file));

/** The figures that are on record. @throws Error when one is missing or not whole */
export function loadFigures(): Figures {
  const load = (name: string): unknown =>
    JSON.parse(readFileSync(join(figuresDirectory, `${name}.json`), 'utf8'));
  return {
    faults: faultsFigures.parse(load('faults')),
    simulation: simulationFigures.parse(load('simulation')),
    benchmark: benchmarkFigures.parse(load('benchmark')),
    audit: auditFigures.parse(load('audit')),
  };
}

export function isPageCurrent(file: string): boolean {
  const text = readFileSync(file, 'utf8');
  return fillBlocks(text, loadFigures()) === text;
}
