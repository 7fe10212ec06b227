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
