// Runs functions in Node: one question a line, as JSON, and one answer a line. See runtime.py.
// As in the runtime, eval throws, there are no timers, file system and network, and the clock does not advance.
const fs = require('fs'), inspector = require('inspector'), path = require('path'), vm = require('vm');
const lines = require('readline').createInterface({ input: process.stdin });
const fake = new Function(fs.readFileSync(path.join(__dirname, 'fake_store.js'), 'utf8') + 'return fake;')();
const modules = { crypto: require('crypto'), querystring: require('querystring'), cloudfront: fake.module };
modules.buffer = require('buffer');
const session = new inspector.Session();
session.connect();
let loaded, handler, parsed;

function load(question) {
  loaded = question;
  fake.known = question.items;
  const context = vm.createContext(
    { console: { log() {} }, Buffer: modules.buffer.Buffer, TextEncoder, TextDecoder, atob, btoa,
      require(name) {
        if (Object.prototype.hasOwnProperty.call(modules, name)) return modules[name];
        throw new Error('no module ' + name);
      },
      recordParsed(text) { parsed.push(String(text).length); } },
    { codeGeneration: { strings: false, wasm: false } });
  vm.runInContext('{ const began = Date.now(); Date.now = () => began; }', context);
  vm.runInContext(
    '{ const parse = JSON.parse, record = recordParsed; delete globalThis.recordParsed;' +
    ' JSON.parse = function (text, reviver) { record(text); return parse(text, reviver); }; }', context);
  parsed = [];
  const imports = /^[ \t]*import\s+(\w+)\s+from\s*(['"]\w+['"]);?/gm;
  const code = question.code.replace(imports, 'const $1=require($2);');
  vm.runInContext(code, context, { filename: 'function.js' });
  handler = vm.runInContext('handler', context);
}

// How often each block of the function ran since the last call; the sum over all blocks.
function takeSteps() {
  let steps = 0;
  session.post('Profiler.takePreciseCoverage', (error, taken) => {
    for (const script of taken.result) {
      if (script.url !== 'function.js') continue;
      for (const block of script.functions) for (const range of block.ranges) steps += range.count;
    }
  });
  return steps;
}

async function answer(event, counts) {
  const raw = event.request.rawQueryString;
  if (raw !== undefined) event.request.rawQueryString = () => raw;
  fake.begin(loaded.items, loaded.changes);
  parsed = [];
  if (counts) takeSteps();
  const started = process.hrtime.bigint();
  let value = handler(event);
  if (value && typeof value.then === 'function') value = await value;
  const microseconds = Number(process.hrtime.bigint() - started) / 1000;
  return { value, microseconds, reads: fake.reads, parsed, steps: counts ? takeSteps() : 0 };
}

async function answers(question) {
  if (question.counts) {
    session.post('Profiler.enable');
    session.post('Profiler.startPreciseCoverage', { callCount: true, detailed: true });
    load(loaded);
  }
  const found = [];
  for (const event of question.events) found.push(await answer(event, question.counts));
  if (question.counts) {
    session.post('Profiler.stopPreciseCoverage');
    session.post('Profiler.disable');
  }
  return found;
}

lines.on('line', async (line) => {
  const question = JSON.parse(line);
  let reply;
  try {
    if (question.code === undefined) reply = { value: await answers(question) };
    else { load(question); reply = { value: null }; }
  } catch (error) { reply = { error: String(error) }; }
  process.stdout.write(JSON.stringify(reply) + '\n');
});
