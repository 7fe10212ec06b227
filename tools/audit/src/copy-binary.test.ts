import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { parseCopy } from './copy-binary.ts';
import { encodeCopy } from './testing/encode-copy.ts';

test('rows are read whatever the chunks that they come in', () => {
  const field = fc.option(fc.uint8Array({ maxLength: 40 }));
  const rows = fc.array(fc.tuple(field, field, field), { maxLength: 20 });
  fc.assert(
    fc.property(rows, fc.integer({ min: 1, max: 50 }), (given, size) => {
      const bytes = encodeCopy(given);
      const read: (string | null)[][] = [];
      const parse = parseCopy(row =>
        read.push([0, 1, 2].map(place => row.at(place)?.toString('hex') ?? null)),
      );
      for (let at = 0; at < bytes.length; at += size) parse(bytes.subarray(at, at + size));
      expect(read).toEqual(given.map(row => row.map(each => each && Buffer.from(each).toString('hex'))));
    }),
  );
});

test('what is no COPY in binary is refused', () => {
  expect(() => parseCopy(() => undefined)(Buffer.from('1\tcounted\n2\trejected\n'))).toThrow(
    'no binary COPY',
  );
});
