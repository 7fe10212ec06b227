/** What `COPY … TO STDOUT (FORMAT binary)` sends for these rows. */
export function encodeCopy(rows: readonly (readonly (Uint8Array | null)[])[]): Buffer {
  const header = Buffer.concat([Buffer.from('PGCOPY\n\xFF\r\n\0', 'latin1'), Buffer.alloc(8)]);
  const encoded = rows.flatMap(row => [
    int(row.length, 2),
    ...row.flatMap(field => (field ? [int(field.length, 4), field] : [int(-1, 4)])),
  ]);
  return Buffer.concat([header, ...encoded, Buffer.of(255, 255)]);
}

/** A signed integer as PostgreSQL sends it. */
export function int(value: number, bytes: 2 | 4): Buffer {
  const buffer = Buffer.alloc(bytes);
  buffer.writeIntBE(value, 0, bytes);
  return buffer;
}

export function bigint(value: number): Buffer {
  const buffer = Buffer.alloc(8);
  buffer.writeBigInt64BE(BigInt(value));
  return buffer;
}
