import { scaleLinear } from '@visx/scale';
import { AreaClosed, LinePath } from '@visx/shape';

const WIDTH = 100;
const HEIGHT = 24;

/** The course of the last minute beside the number that says how it is now; decoration for who can see it. */
export function Sparkline({ series }: { series: readonly number[] }) {
  const greatest = Math.max(...series);
  if (series.length < 2 || greatest === 0) return null;
  const x = scaleLinear<number>({ domain: [0, series.length - 1], range: [0, WIDTH] });
  const y = scaleLinear<number>({ domain: [0, greatest], range: [HEIGHT, 0] });
  const course = { data: [...series], x: (_: number, index: number) => x(index), y };
  return (
    <svg className="spark" viewBox={`0 0 ${WIDTH} ${HEIGHT}`} preserveAspectRatio="none" aria-hidden="true">
      <AreaClosed className="spark-area" yScale={y} {...course} />
      <LinePath {...course} />
    </svg>
  );
}
