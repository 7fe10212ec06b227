import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { bench } from './bench.ts';

test('the benchmark goes through with few votes, and they balance', async () => {
  const out = mkdtempSync(join(tmpdir(), 'suffrage-bench-'));
  try {
    // Throws when the votes of a cell do not balance.
    const { cells } = await bench({
      extent: 'smoke',
      rate: 50,
      seconds: 1,
      out,
      fresh: true,
      say: () => undefined,
    });
    expect(Object.keys(cells)).toEqual(['end to end rest secret 0 % duplicates']);
    for (const cell of Object.values(cells))
      expect(cell).toMatchObject({ audit: { records: expect.any(Number) } });
  } finally {
    rmSync(out, { recursive: true, force: true });
  }
}, 240_000);
