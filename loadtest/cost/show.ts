/** A number for people: three digits below a hundred, whole from there on. */
export function shown(value: number): string {
  return new Intl.NumberFormat('en', {
    maximumSignificantDigits: value < 100 ? 3 : 9,
    maximumFractionDigits: 0,
    roundingPriority: 'morePrecision',
  }).format(value < 100 ? value : Math.round(value));
}

export const say = (line: string) => void process.stdout.write(`${line}\n`);
