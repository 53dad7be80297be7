// Runs a Lambda handler: asks the Runtime API for an event, calls the handler, posts what it says.
// It speaks HTTP on a socket itself and sends an answer together with the next question, which
// makes a request several times cheaper than through the http module.
import { createRequire } from 'node:module';
import { connect } from 'node:net';
import { existsSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { PassThrough } from 'node:stream';

const env = process.env;
const root = env.LAMBDA_TASK_ROOT;
const base = '/2018-06-01/runtime';
const [host, port] = env.AWS_LAMBDA_RUNTIME_API.split(':');
const streaming = Symbol('streaming');

globalThis.awslambda = {
  streamifyResponse(handler) { handler[streaming] = true; return handler; },
  HttpResponseStream: {
    from(stream, prelude) {
      stream.write(JSON.stringify(prelude));
      stream.write(Buffer.alloc(8));
      return stream;
    },
  },
};

class RuntimeError extends Error {
  constructor(type, message, cause) {
    super(message);
    this.name = type;
    if (cause?.stack) this.stack = cause.stack;
  }
}

function documentOf(error) {
  if (!(error instanceof Error) && !(error?.stack && error?.message !== undefined))
    return { errorType: typeof error, errorMessage: String(error), trace: [] };
  const trace = (error.stack ?? '').split('\n');
  return { errorType: error.name, errorMessage: error.message, trace };
}

let current; // the request that is with the handler

// The connection: one socket; answers come in the order of the questions.
const socket = connect(Number(port), host).setNoDelay(true);
const waiting = [];
let received = Buffer.alloc(0);

function send(method, path, body, fields = '') {
  const length = body === undefined ? '' : `Content-Length: ${Buffer.byteLength(body)}\r\n`;
  const line = `${method} ${base}${path} HTTP/1.1\r\nHost: ${host}:${port}\r\n`;
  socket.write(`${line}${fields}${length}\r\n`);
  if (body !== undefined && body.length) socket.write(body);
  return new Promise((resolve) => waiting.push(resolve));
}

function takeAnswer() {
  const end = received.indexOf('\r\n\r\n');
  if (end < 0) return false;
  const fields = {};
  for (const line of received.toString('utf8', 0, end).split('\r\n').slice(1)) {
    const colon = line.indexOf(':');
    fields[line.slice(0, colon).toLowerCase()] = line.slice(colon + 1).trim();
  }
  const start = end + 4;
  const stop = start + Number(fields['content-length'] ?? 0);
  if (received.length < stop) return false;
  const body = received.toString('utf8', start, stop);
  received = received.subarray(stop);
  waiting.shift()?.({ fields, body });
  return true;
}

let parts = [];
let missing = 0; // bytes of a large answer that is still arriving
socket.on('data', (piece) => {
  parts.push(piece);
  missing -= piece.length;
  if (missing > 0) return;
  received = received.length || parts.length > 1 ? Buffer.concat([received, ...parts]) : piece;
  parts = [];
  while (takeAnswer());
  const length = /\r\ncontent-length: (\d+)/i.exec(received.toString('latin1', 0, 4096));
  missing = length ? received.indexOf('\r\n\r\n') + 4 + Number(length[1]) - received.length : 0;
});
socket.on('close', () => process.exit(0)); // whoever started us has gone
socket.on('error', () => process.exit(0));

function failure(error) {
  const document = documentOf(error);
  const type = String(document.errorType).replace(/[^\x20-\x7e]/g, '?');
  return [JSON.stringify(document), `Lambda-Runtime-Function-Error-Type: ${type}\r\n`];
}

function log(title, text) {
  const id = current?.id ?? 'undefined';
  process.stderr.write(`${new Date().toISOString()}\t${id}\tERROR\t${title}${text}\n`);
}

async function load(name) {
  if (name.includes('..'))
    throw new RuntimeError('Runtime.MalformedHandlerName',
      `'${name}' is not a valid handler name. Use absolute paths when specifying root directories`
      + ' in handler names.');
  const match = /^([^.]*)\.(.+)$/.exec(basename(name));
  if (!match) throw new RuntimeError('Runtime.MalformedHandlerName', 'Bad handler');
  const path = join(root, dirname(name), match[1]);
  const files = ['', '.js', '.mjs', '.cjs'].map((end) => path + end);
  const file = files.find((each) => existsSync(each)) ?? path;
  let module;
  try {
    module = await loadFile(file);
  } catch (error) {
    if (error instanceof SyntaxError)
      throw new RuntimeError('Runtime.UserCodeSyntaxError', `SyntaxError: ${error.message}`, error);
    if (error?.code === 'MODULE_NOT_FOUND' || error?.code === 'ERR_MODULE_NOT_FOUND')
      throw new RuntimeError('Runtime.ImportModuleError', `Error: ${error.message}`, error);
    throw error;
  }
  const handler = match[2].split('.').reduce((value, key) => value?.[key], module);
  if (handler === undefined || handler === null)
    throw new RuntimeError('Runtime.HandlerNotFound', `${name} is undefined or not exported`);
  if (typeof handler !== 'function')
    throw new RuntimeError('Runtime.HandlerNotFound', `${name} is not a function`);
  return handler;
}

async function loadFile(file) {
  if (!file.endsWith('.mjs')) {
    try {
      return createRequire(join(root, 'loader.js'))(file);
    } catch (error) {
      if (!['ERR_REQUIRE_ESM', 'ERR_REQUIRE_ASYNC_MODULE'].includes(error?.code)) throw error;
    }
  }
  return import(pathToFileURL(file).href);
}

function contextOf(fields) {
  const deadline = Number(fields['lambda-runtime-deadline-ms']);
  const client = fields['lambda-runtime-client-context'];
  return {
    callbackWaitsForEmptyEventLoop: true,
    functionName: env.AWS_LAMBDA_FUNCTION_NAME,
    functionVersion: env.AWS_LAMBDA_FUNCTION_VERSION,
    memoryLimitInMB: env.AWS_LAMBDA_FUNCTION_MEMORY_SIZE,
    logGroupName: env.AWS_LAMBDA_LOG_GROUP_NAME,
    logStreamName: env.AWS_LAMBDA_LOG_STREAM_NAME,
    invokedFunctionArn: fields['lambda-runtime-invoked-function-arn'],
    awsRequestId: fields['lambda-runtime-aws-request-id'],
    clientContext: client ? JSON.parse(client) : undefined,
    identity: undefined,
    getRemainingTimeInMillis: () => Math.max(deadline - Date.now(), 0),
  };
}

// Calls the handler; resolves with [body, error fields]. While it runs the socket does not count as
// work, so that 'beforeExit' tells when a callback-style handler has nothing left to wait for.
function run(handler, event, context) {
  return new Promise((resolve) => {
    const succeed = (value) => {
      const body = JSON.stringify(value === undefined ? null : value);
      resolve([body === undefined ? 'null' : body]);
    };
    const settle = (error, value) => {
      try {
        if (error !== undefined && error !== null) throw error;
        succeed(value);
      } catch (thrown) {
        resolve(failed(thrown));
      }
    };
    current = { id: context.awsRequestId, onEmpty: () => succeed(null), resolve };
    const callback = (error, value) => {
      if (context.callbackWaitsForEmptyEventLoop && (error === undefined || error === null))
        current.onEmpty = () => settle(null, value);
      else settle(error, value);
    };
    context.done = (error, value) => settle(error, value);
    context.succeed = (value) => settle(null, value);
    context.fail = (error) => settle(error ?? 'handled');
    try {
      const result = handler(event, context, callback);
      if (typeof result?.then === 'function')
        result.then(succeed).catch((e) => settle(e ?? 'undefined'));
      else if (result !== undefined && handler.length < 3) settle(null, result);
    } catch (error) {
      settle(error ?? 'undefined');
    }
  });
}

async function runStreaming(handler, event, context) {
  const stream = new PassThrough();
  stream.setContentType = () => {};
  const chunks = [];
  stream.on('data', (chunk) => chunks.push(chunk));
  const finished = new Promise((resolve, reject) => stream.on('end', resolve).on('error', reject));
  try {
    await handler(event, stream, context);
    await finished;
    return [Buffer.concat(chunks)];
  } catch (error) {
    return failed(error);
  }
}

function failed(error) {
  const [body, fields] = failure(error);
  log('Invoke Error \t', body);
  return [body, fields];
}

process.on('beforeExit', () => {
  if (!current) return;
  socket.ref();
  current.onEmpty();
});

async function die(error, status) {
  log('', error?.stack ?? error);
  if (current) {
    const [body, fields] = failure(error);
    socket.ref();
    await send('POST', `/invocation/${current.id}/error`, body, fields);
  }
  process.exit(status);
}
process.on('uncaughtException', (error) => die(error, 129));
process.on('unhandledRejection', (reason) =>
  die(new RuntimeError('Runtime.UnhandledPromiseRejection', String(reason), reason), 128));

let handler;
try {
  handler = await load(env._HANDLER);
} catch (error) {
  log('Uncaught Exception \t', error?.stack ?? error);
  const [body, fields] = failure(error);
  await send('POST', '/init/error', body, fields);
  process.exit(1);
}

const call = handler[streaming] ? runStreaming : run;
let next = send('GET', '/invocation/next');
for (;;) {
  const { fields, body } = await next;
  const context = contextOf(fields);
  env._X_AMZN_TRACE_ID = fields['lambda-runtime-trace-id'];
  socket.unref();
  const [answer, errorFields] = await call(handler, JSON.parse(body), context);
  socket.ref();
  const path = `/invocation/${context.awsRequestId}/${errorFields ? 'error' : 'response'}`;
  current = undefined;
  socket.cork();
  send('POST', path, answer, errorFields);
  next = send('GET', '/invocation/next');
  socket.uncork();
}
