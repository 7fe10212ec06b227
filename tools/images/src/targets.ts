/** What each image holds. Paths from the repository's root; of packages `node_modules/…`. */
export type Target = {
  readonly name: string;
  /** The one that depends on the packages that are named below: they are looked for from there. */
  readonly workspace: string;
  /** Source file of each program, by its name in the image without `.js`. */
  readonly programs: Readonly<Record<string, string>>;
  /** Source files of threads, which are started by their place. */
  readonly threads: readonly string[];
  /** What modules read from beside themselves: files, or directories with all that is in them. */
  readonly files: readonly string[];
};

const HEALTHY = { healthy: 'tools/images/src/healthy.ts' };

const REST_DOCUMENTS = ['node_modules/@fastify/swagger-ui/static'];
const GRPC_DESCRIPTIONS = [
  'libs/contracts/proto',
  'node_modules/@grpc/reflection/build/proto',
  'node_modules/grpc-health-check/proto',
];
/** Checksums and hashes of the Kafka client. */
const KAFKA = ['node_modules/@platformatic/wasm-utils/dist/native.wasm'];
const THREADS = ['node_modules/piscina/dist/worker.js'];

export const TARGETS: readonly Target[] = [
  {
    name: 'ingestion',
    workspace: 'services/ingestion',
    programs: { main: 'services/ingestion/src/main.ts', ...HEALTHY },
    threads: [],
    files: [
      ...REST_DOCUMENTS,
      ...GRPC_DESCRIPTIONS,
      ...KAFKA,
      `node_modules/classic-level/prebuilds/linux-${process.arch}/classic-level.node`,
    ],
  },
  {
    name: 'processor',
    workspace: 'services/processor',
    programs: { main: 'services/processor/src/main.ts', ...HEALTHY },
    threads: [],
    files: [...KAFKA],
  },
  {
    name: 'aggregator',
    workspace: 'services/aggregator',
    programs: { main: 'services/aggregator/src/main.ts', ...HEALTHY },
    threads: [],
    files: [
      ...REST_DOCUMENTS,
      ...GRPC_DESCRIPTIONS,
      ...KAFKA,
      'node_modules/dejavu-fonts-ttf/ttf/DejaVuSans.ttf',
      'node_modules/dejavu-fonts-ttf/ttf/DejaVuSans-Bold.ttf',
    ],
  },
  {
    name: 'registrar',
    workspace: 'services/registrar',
    programs: { main: 'services/registrar/src/main.ts', ...HEALTHY },
    threads: [...THREADS, 'services/registrar/src/voters/sign-worker.ts'],
    files: [...REST_DOCUMENTS, ...KAFKA],
  },
  {
    name: 'web',
    workspace: 'web',
    programs: { main: 'web/server/main.ts', ...HEALTHY },
    threads: [],
    files: [...REST_DOCUMENTS, 'web/dist'],
  },
  {
    name: 'tools',
    workspace: 'tools/images',
    programs: { main: 'tools/images/src/tool.ts' },
    threads: [...THREADS, 'tools/audit/src/worker.ts'],
    files: [...KAFKA, 'services/processor/migrations', 'services/registrar/migrations', 'examples'],
  },
];

/** Empty directories that belong to the user of the images: a new volume that is mounted there does, too. */
export const DIRECTORIES = [
  'var/lib/suffrage/queue',
  ...['all', 'aggregator', 'ingestion', 'postgres', 'processor', 'redis', 'registrar'].map(
    name => `secrets/${name}`,
  ),
] as const;
