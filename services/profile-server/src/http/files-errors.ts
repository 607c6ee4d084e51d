import { Code, ConnectError } from '@connectrpc/connect';
import type { FilesAnswer, FilesError } from '../store/tenant-files/files-answer.ts';

/** What was answered; where it could not be, the call ends. */
export function filesAnswered<Value>(answer: FilesAnswer<Value>): Value {
  if (!answer.ok) throw errorOfFiles(answer.error);
  return answer.value;
}

function errorOfFiles(error: FilesError): ConnectError {
  switch (error.kind) {
    case 'unavailable': {
      const again = { 'retry-after': `${error.retryAfterSeconds}` };
      return new ConnectError(error.reason, Code.Unavailable, again);
    }
    case 'full':
      return new ConnectError(error.reason, Code.ResourceExhausted);
    case 'not-found':
      return new ConnectError(error.reason, Code.NotFound);
    case 'outdated':
      return new ConnectError(error.reason, Code.AlreadyExists);
    case 'damaged':
      return new ConnectError(error.reason, Code.Internal);
    default:
      return error satisfies never;
  }
}
