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
    const accepted = { sent: 50, accepted: 50, refused: {}, failed: {} };
    expect(cells['every transport']).toMatchObject({
      windows: { rest: accepted, 'grpc-unary': accepted, 'grpc-many': accepted, 'grpc-stream': accepted },
      audit: { records: expect.any(Number) },
    });
    expect(cells.tokens).toMatchObject({ tokens: 300, efficiency: expect.any(Number) });
  } finally {
    rmSync(out, { recursive: true, force: true });
  }
}, 240_000);
