import { answerText, type HttpHandler } from '../http/http-handler.ts';

export const hello: HttpHandler = (_request, response) => answerText(response, 200, 'hello');

/** Answers with the size of the body when the whole of it is there. */
export const counter: HttpHandler = (request, response) => {
  let bytes = 0;
  request.on('data', (chunk: Buffer) => {
    bytes += chunk.length;
  });
  request.on('end', () => answerText(response, 200, `${bytes}`));
};

/** Never answers. */
export const never: HttpHandler = () => {};
