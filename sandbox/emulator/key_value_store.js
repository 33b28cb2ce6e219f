// The module 'cloudfront' in MiniStack's worker: each read of a store is a line to the emulator, which sends the reply.
// Only one read is on its way at a time. https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/functions-custom-methods.html
let associatedStore = null, isRunning = false, waitingReads = [];
function beginReads(store) {
  associatedStore = store || null;
  isRunning = true;
  waitingReads = [];
}
function endReads() {
  isRunning = false;
  waitingReads = [];
}
function sendRead() {
  const { method, key } = waitingReads[0];
  _stdoutWrite(JSON.stringify({ status: 'read', method, key }) + '\n');
}
function takeReply(reply) {
  const read = waitingReads.shift();
  if (read === undefined) return;
  if (reply.error === undefined) read.resolve(reply.value);
  else read.reject(new Error(reply.error));
  if (waitingReads.length > 0) sendRead();
}
function readStore(method, key) {
  return new Promise((resolve, reject) => {
    if (!isRunning) return;
    waitingReads.push({ method, key: String(key), resolve, reject });
    if (waitingReads.length === 1) sendRead();
  });
}
const FORMATS = { string: (value) => value, json: JSON.parse, bytes: (value) => bufferModule.Buffer.from(value) };
const storeModule = {
  kvs(id) {
    if (associatedStore === null) throw new Error('The function is not associated with a key value store.');
    if (id !== undefined && id !== associatedStore) throw new Error(`The function has no key value store ${id}.`);
    return {
      async get(key, options) {
        const format = (options && options.format) || 'string';
        if (!Object.hasOwn(FORMATS, format)) throw new Error(`The format ${format} does not exist.`);
        return FORMATS[format](await readStore('get', key));
      },
      exists(key) { return readStore('exists', key); },
      meta() { return readStore('meta', ''); },
    };
  },
};
// A process gets the code of a function once.
const codes = new Map();
function codeOf({ code, digest }) {
  if (code !== undefined) codes.set(digest, code);
  return codes.get(digest);
}
