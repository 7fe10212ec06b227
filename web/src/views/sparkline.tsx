const WIDTH = 100;
const HEIGHT = 24;

/** The course of the last minute beside the number that says how it is now; decoration for who can see it. */
export function Sparkline({ series }: { series: readonly number[] }) {
  const greatest = Math.max(...series);
  if (series.length < 2 || greatest === 0) return null;
  const points = series.map((value, index) => {
    const x = (WIDTH * index) / (series.length - 1);
    return `${x.toFixed(1)} ${(HEIGHT * (1 - value / greatest)).toFixed(1)}`;
  });
  const line = `M${points.join('L')}`;
  return (
    <svg className="spark" viewBox={`0 0 ${WIDTH} ${HEIGHT}`} preserveAspectRatio="none" aria-hidden="true">
      <path className="spark-area" d={`${line}L${WIDTH} ${HEIGHT}L0 ${HEIGHT}Z`} />
      <path d={line} />
    </svg>
  );
}
