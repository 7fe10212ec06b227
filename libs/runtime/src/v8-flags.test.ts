import { execFileSync } from 'node:child_process';
import { expect, test } from '@jest/globals';
import { COMPILE_SOONER, GROW_MORE } from './v8-flags.ts';

test('this Node knows the flags that are set', () => {
  const known = execFileSync(process.execPath, ['--v8-options'], { encoding: 'utf8' });
  for (const flag of [...GROW_MORE, ...COMPILE_SOONER]) expect(known).toContain(`  ${flag.split('=')[0]} (`);
});
