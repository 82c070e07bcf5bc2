// npm start: installs and builds what is missing, serves the built page and prints its address.
import path from 'node:path';
import { parseArgs } from 'node:util';
import { buildPageIfNeeded, installIfNeeded, root, runTool, UsageError } from './house.mjs';
import { staticServer } from './static-server.mjs';

const usage = 'expected: npm start [-- [--port N] [--host ADDRESS]]';
const firstPort = 4173;
const portsTried = 100;

function readArguments() {
  let values;
  try {
    ({ values } = parseArgs({ options: { port: { type: 'string' }, host: { type: 'string' } } }));
  } catch (error) {
    const [reason] = String(error instanceof Error ? error.message : error).split('. ');
    throw new UsageError(`${reason}; ${usage}`);
  }
  const { port, host = '127.0.0.1' } = values;
  if (port !== undefined && !(/^\d{1,5}$/.test(port) && Number(port) <= 65535)) {
    throw new UsageError(`--port ${port} is not a port number; ${usage}`);
  }
  return { port: port === undefined ? undefined : Number(port), host };
}

/**
 * @param {number} port
 * @param {string} host
 * @returns {Promise<number>} the port that it listens on
 */
function listen(port, host) {
  const server = staticServer(path.join(root, 'dist'));
  return new Promise((resolve, reject) => {
    server.on('error', reject);
    server.listen(port, host, () => {
      const address = server.address();
      resolve(typeof address === 'object' && address !== null ? address.port : port);
    });
  });
}

await runTool(async () => {
  const { port, host } = readArguments();
  installIfNeeded();
  if (!(await buildPageIfNeeded())) return 1;
  const candidates = port === undefined ? Array.from({ length: portsTried }, (_, i) => firstPort + i) : [port];
  for (const candidate of candidates) {
    try {
      const used = await listen(candidate, host);
      process.stdout.write(`Hotplug Lab: http://${host === '127.0.0.1' ? 'localhost' : host}:${used}/\n`);
      return;
    } catch (error) {
      const { code, message } = /** @type {NodeJS.ErrnoException} */ (error);
      if (code !== 'EADDRINUSE') throw new UsageError(`cannot listen on ${host}: ${message}`);
    }
  }
  throw new Error(port === undefined ? `no free port from ${firstPort} on` : `port ${port} is in use`);
});
