/** An aligned table; a bar in a cell is escaped. */
export function markdownTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const escaped = rows.map(row => row.map(cell => cell.replaceAll('|', '\\|')));
  const widths = head.map((_, column) =>
    Math.max(...[head, ...escaped].map(row => (row[column] ?? '').length)),
  );
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`;
  return [line(head), line(widths.map(width => '-'.repeat(width))), ...escaped.map(line)].join('\n');
}
