/** Columns as wide as their widest cell: those of `left` to the left, the others to the right. */
export function table(rows: readonly (readonly string[])[], left: readonly number[] = [0]): string[] {
  const widths = rows.reduce<number[]>((most, row) => {
    for (const [column, cell] of row.entries()) most[column] = Math.max(cell.length, most[column] ?? 0);
    return most;
  }, []);
  return rows.map(row =>
    row
      .map((cell, column) => {
        const width = widths[column] ?? 0;
        return left.includes(column) ? cell.padEnd(width) : cell.padStart(width);
      })
      .join('  ')
      .trimEnd(),
  );
}
