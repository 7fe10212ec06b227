import { fileURLToPath } from 'node:url';
import type { Server } from '@grpc/grpc-js';
import { loadSync } from '@grpc/proto-loader';
import { ReflectionService } from '@grpc/reflection';

const PROTO_DIRECTORY = fileURLToPath(new URL('../../../contracts/proto', import.meta.url));
const SERVICES = ['suffrage/v1/vote_service.proto', 'suffrage/v1/results_service.proto'];

/** Server reflection (v1 and v1alpha), so that grpcurl and the like need no files. */
export function describeTo(server: Server): void {
  const everything = loadSync(SERVICES, { includeDirs: [PROTO_DIRECTORY], keepCase: true });
  new ReflectionService(everything).addToServer(server);
}
