import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { parseCopy } from './copy-binary.ts';

const header = Buffer.concat([Buffer.from('PGCOPY\n\xFF\r\n\0', 'latin1'), Buffer.alloc(8)]);
const trailer = Buffer.of(255, 255);

function int(value: number, bytes: 2 | 4): Buffer {
  const buffer = Buffer.alloc(bytes);
  buffer.writeIntBE(value, 0, bytes);
  return buffer;
}

function encode(rows: readonly (readonly (Uint8Array | null)[])[]): Buffer {
  const encoded = rows.flatMap(row => [
    int(row.length, 2),
    ...row.flatMap(field => (field ? [int(field.length, 4), field] : [int(-1, 4)])),
  ]);
  return Buffer.concat([header, ...encoded, trailer]);
}

test('rows are read whatever the chunks that they come in', () => {
  const field = fc.option(fc.uint8Array({ maxLength: 40 }));
  const rows = fc.array(fc.tuple(field, field, field), { maxLength: 20 });
  fc.assert(
    fc.property(rows, fc.integer({ min: 1, max: 50 }), (given, size) => {
      const bytes = encode(given);
      const read: (string | null)[][] = [];
      const parse = parseCopy(row =>
        read.push([0, 1, 2].map(field => row.at(field)?.toString('hex') ?? null)),
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
