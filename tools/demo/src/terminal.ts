/** A block of lines that is redrawn in place on a terminal; elsewhere a short line now and then. */
export type Panel = {
  /** `summary` stands for the whole block where it can't be redrawn. */
  draw(lines: readonly string[], summary: string): void;
  end(): void;
};

const QUIET_MILLIS = 5_000;

export function openPanel(output: NodeJS.WriteStream): Panel {
  let drawn = 0;
  let spokenAt = 0;
  return {
    draw(lines, summary) {
      if (output.isTTY) {
        const up = drawn > 0 ? `\u001b[${drawn}A` : '';
        output.write(`${up}${lines.map(line => `\u001b[2K${line}\n`).join('')}`);
        drawn = lines.length;
      } else if (Date.now() - spokenAt >= QUIET_MILLIS) {
        spokenAt = Date.now();
        output.write(`${summary}\n`);
      }
    },
    end() {
      drawn = 0;
    },
  };
}

const BAR_CELLS = 30;

/** `████████░░░░` for a share between 0 and 1. */
export function bar(share: number, cells = BAR_CELLS): string {
  const full = Math.round(Math.max(0, Math.min(1, share)) * cells);
  return `${'█'.repeat(full)}${'░'.repeat(cells - full)}`;
}

const numbers = new Intl.NumberFormat('en');
export const count = (value: number): string => numbers.format(value);

/** Columns as wide as their widest cell: the first left, the others right, or those of `left` left. */
export function table(rows: readonly (readonly string[])[], left: readonly number[] = [0]): string[] {
  const widths = rows.reduce<number[]>(
    (most, row) => row.map((cell, i) => Math.max(cell.length, most[i] ?? 0)),
    [],
  );
  return rows.map(row =>
    row
      .map((cell, i) => (left.includes(i) ? cell.padEnd(widths[i] ?? 0) : cell.padStart(widths[i] ?? 0)))
      .join('  ')
      .trimEnd(),
  );
}
