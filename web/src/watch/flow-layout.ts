import { pathHorizontalDiagonal, pathVerticalDiagonal } from '@visx/shape';
import type { FlowShape, Stage, Station, Way } from './flow-shape.ts';

/** In units of the text's size (1 = 1 rem), from the top left of the picture. */
export type Box = { readonly x: number; readonly y: number; readonly width: number; readonly height: number };
export type PlacedStation = Station & { readonly box: Box };
/** `strength` from 0 to 1: votes of this way, of the votes of the busiest. */
export type PlacedWay = Way & { readonly path: string; readonly strength: number };
export type FlowLayout = {
  readonly width: number;
  readonly height: number;
  readonly isUpright: boolean;
  readonly stations: readonly PlacedStation[];
  readonly ways: readonly PlacedWay[];
  readonly heads: readonly { readonly stage: Stage; readonly x: number; readonly y: number }[];
};

const STAGES: readonly Stage[] = ['ingestion', 'partitions', 'processors'];
const HEAD = 2;
const STATION_HEIGHT = 3.4;
const SMALL_HEIGHT = 2.4;
const GAP = 0.6;
/** Below this width stages follow each other downwards. */
const UPRIGHT_BELOW = 44;

type Ends = { readonly from: Box; readonly to: Box };
type Point = { readonly x: number; readonly y: number };

const ofPoint = { x: ({ x }: Point) => x, y: ({ y }: Point) => y };
/** From the middle of a side to the middle of the one that faces it. */
const curveAcross = pathHorizontalDiagonal<Ends, Point>({
  source: ({ from }) => ({ x: from.x + from.width, y: from.y + from.height / 2 }),
  target: ({ to }) => ({ x: to.x, y: to.y + to.height / 2 }),
  ...ofPoint,
});
const curveDown = pathVerticalDiagonal<Ends, Point>({
  source: ({ from }) => ({ x: from.x + from.width / 2, y: from.y + from.height }),
  target: ({ to }) => ({ x: to.x + to.width / 2, y: to.y }),
  ...ofPoint,
});

/** How many partitions, or groups of them, the picture has room for. */
export const roomFor = (width: number): number => (width < UPRIGHT_BELOW ? 4 : 12);

/** Places the stations: stages side by side where there is room for it, else below each other. Pure. */
export function layOut(shape: FlowShape, width: number): FlowLayout {
  const placed = width < UPRIGHT_BELOW ? layOutUpright(shape, width) : layOutWide(shape, width);
  const busiest = Math.max(1, ...shape.ways.map(({ votes }) => votes));
  const isUpright = width < UPRIGHT_BELOW;
  const boxOf = new Map(placed.stations.map(({ id, box }) => [id, box] as const));
  const ways = shape.ways.flatMap(way => {
    const [from, to] = [boxOf.get(way.from), boxOf.get(way.to)];
    if (!from || !to) return [];
    const path = (isUpright ? curveDown : curveAcross)({ from, to }) ?? '';
    return [{ ...way, path, strength: way.votes / busiest }];
  });
  return { width, isUpright, ...placed, ways };
}

type Placed = Pick<FlowLayout, 'height' | 'stations' | 'heads'>;

function layOutWide({ stations }: FlowShape, width: number): Placed {
  const column = Math.min(13, width / 4.2);
  const heightOf = (stage: Stage) => (stage === 'partitions' ? SMALL_HEIGHT : STATION_HEIGHT);
  const stagesOf = STAGES.map(stage => ({ stage, members: stations.filter(one => one.stage === stage) }));
  const tallest = Math.max(
    ...stagesOf.map(({ stage, members }) => members.length * (heightOf(stage) + GAP) - GAP),
  );
  const placed = stagesOf.flatMap(({ stage, members }, index) => {
    const boxHeight = heightOf(stage);
    const x = (index * (width - column)) / (STAGES.length - 1);
    const free = tallest - members.length * (boxHeight + GAP) + GAP;
    return members.map((station, place) => ({
      ...station,
      box: { x, y: HEAD + free / 2 + place * (boxHeight + GAP), width: column, height: boxHeight },
    }));
  });
  const heads = STAGES.map((stage, index) => ({
    stage,
    x: (index * (width - column)) / (STAGES.length - 1),
    y: HEAD - 0.9,
  }));
  return { height: HEAD + tallest, stations: placed, heads };
}

/** Room between two stages, for the ways. */
const DROP = 4;
/** A station is no narrower: a row takes as many as fit. */
const LEAST_WIDTH: Readonly<Record<Stage, number>> = { ingestion: 7, partitions: 3.6, processors: 7 };

function layOutUpright({ stations }: FlowShape, width: number): Placed {
  let y = 0;
  const heads: { stage: Stage; x: number; y: number }[] = [];
  const placed = STAGES.flatMap(stage => {
    const members = stations.filter(one => one.stage === stage);
    const fitting = Math.max(1, Math.floor((width + GAP) / (LEAST_WIDTH[stage] + GAP)));
    const rows = Math.max(1, Math.ceil(members.length / fitting));
    // No row is much shorter than another.
    const perRow = Math.max(1, Math.ceil(members.length / rows));
    const boxWidth = (width - (perRow - 1) * GAP) / perRow;
    heads.push({ stage, x: 0, y: y + 1.1 });
    const top = y + HEAD - 0.3;
    const boxes = members.map((station, index) => {
      const [row, column] = [Math.floor(index / perRow), index % perRow];
      const box = {
        x: column * (boxWidth + GAP),
        y: top + row * (STATION_HEIGHT + GAP),
        width: boxWidth,
        height: STATION_HEIGHT,
      };
      return { ...station, box };
    });
    y = top + Math.ceil(members.length / perRow) * (STATION_HEIGHT + GAP) - GAP + DROP;
    return boxes;
  });
  return { height: y - DROP, stations: placed, heads };
}
