/** The least that answering over HTTP can cost: `node:http` answers an empty POST. */
import { createServer } from 'node:http';
import { tell } from './floor-process.ts';

const server = createServer((request, response) => {
  request.resume();
  response.writeHead(201).end();
});
server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  const port = typeof address === 'object' ? address?.port : undefined;
  tell({ address: `http://127.0.0.1:${port}`, done: () => 0 });
});
