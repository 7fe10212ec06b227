import { errorRegistry, type Refusal } from '@suffrage/contracts/errors';
import { Metadata, type ServiceError, status } from '@grpc/grpc-js';

/**
 * The one mapping of refusals to gRPC: status, public text, and the stable code and offending field as trailing
 * metadata `suffrage-code` and `suffrage-field`.
 */
export function toServiceError({ code, field }: Refusal): ServiceError {
  const { grpc, title } = errorRegistry[code];
  const metadata = new Metadata();
  metadata.set('suffrage-code', code);
  // Metadata is printable ASCII; a field name that is not must not break the answer.
  if (field !== undefined) metadata.set('suffrage-field', field.replaceAll(/[^\x20-\x7e]/g, '?'));
  return Object.assign(new Error(title), { code: status[grpc], details: title, metadata });
}
