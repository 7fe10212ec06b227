import { useEffect, useMemo, useRef, useState } from 'react';
import type { Flow } from '../api/schemas.ts';
import { formatCount, formatShare } from '../format.ts';
import { layOut, type PlacedStation, type PlacedWay, roomFor } from './flow-layout.ts';
import { flowShape, type Stage } from './flow-shape.ts';
import { sayWatch } from './say.ts';

const FIRST_WIDTH = 60;

/** The way of the latest votes, drawn in the size of the text; votes run along it where motion is welcome. */
export function FlowPicture({ flow }: { flow: Flow }) {
  const place = useRef<HTMLDivElement>(null);
  const width = useWidth(place);
  const shape = useMemo(() => flowShape(flow, roomFor(width)), [flow, width]);
  const { height, stations, ways, heads } = layOut(shape, width);
  const of = (stage: Stage) => stations.filter(station => station.stage === stage).length;
  const label = sayWatch('flow.picture', {
    pods: of('ingestion'),
    partitions: flow.partitions.length,
    processors: of('processors'),
  });
  return (
    <div className="flow-picture" ref={place} dir="ltr">
      <svg viewBox={`0 0 ${width} ${height + 0.2}`} role="img" aria-label={label} data-testid="flow-picture">
        {ways.map(way => (
          <WayLine key={`${way.from} ${way.to}`} way={way} />
        ))}
        {heads.map(({ stage, x, y }) => (
          <text key={stage} className="flow-head" x={x} y={y}>
            {sayWatch(`flow.${stage}`)}
          </text>
        ))}
        {stations.map(station => (
          <StationBox key={station.id} station={station} all={shape.votes} />
        ))}
      </svg>
    </div>
  );
}

function WayLine({ way: { path, strength } }: { way: PlacedWay }) {
  const width = 0.09 + 0.5 * Math.sqrt(strength);
  return (
    <>
      <path className="flow-way" d={path} strokeWidth={width} />
      <path className="flow-votes" d={path} strokeWidth={Math.max(0.09, width * 0.45)} />
    </>
  );
}

function StationBox({ station, all }: { station: PlacedStation; all: number }) {
  const { box, stage, name, votes } = station;
  const { x, y, width, height } = box;
  const middle = x + width / 2;
  const isLow = height < 3;
  const share = all === 0 ? '' : formatShare(votes / all);
  return (
    <g className="flow-station" data-stage={stage} data-nobody={name === null}>
      <rect x={x} y={y} width={width} height={height} rx={0.7} />
      <path className="flow-glint" d={`M${x + 0.7} ${y + 0.06}H${x + width - 0.7}`} />
      {isLow ? (
        <>
          <text className="flow-name" x={x + 0.8} y={y + height / 2 + 0.35}>
            {name}
          </text>
          <text className="flow-count" x={x + width - 0.8} y={y + height / 2 + 0.35} textAnchor="end">
            {formatCount(votes)}
          </text>
        </>
      ) : (
        <>
          <text className="flow-name" x={middle} y={y + 1.4} textAnchor="middle">
            {shorten(name ?? sayWatch('flow.nobody'), width)}
          </text>
          <text className="flow-count" x={middle} y={y + 2.7} textAnchor="middle">
            {stage === 'partitions' || width < 9 ? formatCount(votes) : `${formatCount(votes)} · ${share}`}
          </text>
        </>
      )}
    </g>
  );
}

/** A pod's name is told from others of its kind by its end. */
function shorten(name: string, width: number): string {
  const room = Math.max(3, Math.floor((width - 1) / 0.52));
  return name.length <= room ? name : `…${name.slice(1 - room)}`;
}

/** Of the place, in units of the text's size. */
function useWidth(place: { readonly current: HTMLElement | null }): number {
  const [width, setWidth] = useState(FIRST_WIDTH);
  useEffect(() => {
    const element = place.current;
    if (element === null) return undefined;
    const measure = () => {
      const unit = Number.parseFloat(getComputedStyle(element).fontSize) || 16;
      setWidth(Math.max(14, element.clientWidth / unit));
    };
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    return () => observer.disconnect();
  }, [place]);
  return width;
}
