import type { Upload } from '../../../contracts/api/imports.js';
import type { Problem } from '../../../contracts/api/problem.js';
import { ApiError } from '../api.js';

/**
 * Sends a file. fetch() does not tell how far it is; this does.
 * @param told the share that is sent, 0 to 1
 * @throws ApiError; an AbortError when the signal aborts
 */
export function sendFile(file: File, told: (share: number) => void, signal: AbortSignal): Promise<Upload> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open('POST', `/api/uploads?name=${encodeURIComponent(file.name)}`);
    request.setRequestHeader('content-type', 'application/octet-stream');
    request.responseType = 'json';
    request.upload.onprogress = ({ loaded, total }) => {
      told(total === 0 ? 1 : loaded / total);
    };
    request.onload = () => {
      if (request.status === 200) resolve(request.response as Upload);
      else reject(new ApiError((request.response as Problem | null) ?? lost(request.status)));
    };
    request.onerror = () => {
      reject(new ApiError(lost(0)));
    };
    request.onabort = () => {
      reject(new DOMException('stopped', 'AbortError'));
    };
    signal.addEventListener('abort', () => {
      request.abort();
    });
    request.send(file);
  });
}

function lost(status: number): Problem {
  const detail = 'The file could not be sent.';
  return { title: 'Unreachable', status, detail, code: null, field: null, hint: 'choose it again' };
}
