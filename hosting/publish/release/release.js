// Leads each request to the live release. What is shared says hosting.publish.fingerprint, and this the same.
const releaseAt = $DATA;
const releaseCode = /^(?:[mc]?js|css|wasm|woff2?|[to]tf|eot)$/;
function releaseShares(path) {
  const cut = path.lastIndexOf('/'), folder = cut < 0 ? '' : path.slice(0, cut), name = path.slice(cut + 1);
  const bare = name.replace(/(?:\.map|\.LICENSE\.txt)?(?:\.gz|\.br|\.zst)?$/, ''), dot = bare.lastIndexOf('.');
  let stem = name, kind = '', found;
  if (dot > 0) {
    stem = bare.slice(0, dot).replace(/\.(?:chunk|min|bundle|module|worker|async)$/, '');
    kind = bare.slice(dot + 1).toLowerCase();
  }
  if (/^(?:x?html|htm|xml|rss|atom|txt|md|webmanifest|appcache|)$/.test(kind)) return false;
  if (/^(?:.*[.-])?(?:sw|service[-_]?worker|(?:ngsw|safety)-worker)(?:[.-].*)?$/i.test(stem)) return false;
  if (name.endsWith('.json') && name.toLowerCase().includes('manifest')) return false;
  found = /^_next\/static\/([^/]+)\/_[A-Za-z]*Manifest\.js$/.exec(path);
  if (found ? /^(?=.*[0-9])(?=.*[A-Z])(?=.*[a-z])[A-Za-z0-9_-]{21}$/.test(found[1])
    : /^(?:_next\/static|_astro|_app\/immutable)\//.test(path)) return true;
  const code = releaseCode.test(kind);
  if (!code && /(?:19|20)[0-9]{2}([-_.]?)(?:0[1-9]|1[0-2])\1(?:0[1-9]|[12][0-9]|3[01])/.test(stem)) return false;
  return releaseHex(stem, code) || releaseFolder(folder, stem, kind, code);
}
function releaseDated(token) {
  const day = '(?:19|20)[0-9]{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])', year = '(?:19|20)[0-9]{2}';
  const month = '(?=.{8,15}$)(?:.*[0-9])?(?:dec|feb)(?:[0-9].*)?';
  return new RegExp('^(?:' + day + '.*|.*' + day + '|[a-f]+' + year + '|' + year + '[a-f]+|' + month + ')$').test(token);
}
function releaseHex(stem, code) {
  if (/^.+_hu_?(?=[0-9a-f]*[a-f])(?=[a-f]*[0-9])[0-9a-f]{16,64}(?:_[0-9]+_[0-9x]+_.+)?$/.test(stem)) return true;
  const found = /^.+[.-]([0-9a-f]{8,128})$/.exec(stem) || /^([0-9a-f]{20})$/.exec(stem);
  const word = '[bcdf]{0,2}(?:[ae]{1,2}[bcdf]{1,2})+[ae]?', number = '[0-9]+';
  const named = new RegExp('^(?:(?:' + word + ')?' + number + '(?:' + word + ')?|' + number + word + number + ')$');
  if (!found || releaseDated(found[1]) || named.test(found[1]) || /^(?:[0-9]+|[a-f]+)$/.test(found[1])) return false;
  if (/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/.test(stem)) return false;
  return code || found[1].match(/[0-9]+|[a-f]+/g).length > 3;
}
function releaseFolder(folder, stem, kind, code) {
  const odd = /[^aeiou]{4}|[^aeiou]{3}.+[^aeiou]{3}/i;
  let found = /^.+\.((?=[0-9]*[a-f])[0-9a-f]{8,32})$/.exec(stem);
  if (found && /^static\/(?:js|css|media)$/.test(folder) && !releaseDated(found[1])) return true;
  found = /^(.+)[.-]([A-Za-z0-9_-]{8})$/.exec(stem);
  if (found && (folder + '/').startsWith('assets/') && /[a-z]/.test(found[2]) && /[A-Z]/.test(found[2])) {
    const camel = /^[A-Za-z][a-z]+(?:[0-9]*[A-Z][a-z]+)*[0-9]*$/.test(found[2]);
    const words = camel && !(/^[a-z]+$/i.test(found[2]) && odd.test(found[2])) ? 0 : found[2].match(/[A-Z]?[a-z]+|[A-Z]+(?![a-z])|[0-9]+/g).length;
    if (words >= (code ? found[1] === 'index' ? 2 : 3 : 5)) return true;
  }
  if (folder === 'media') {
    return /^(?:woff2?|[to]tf|eot)$/.test(kind) && /^.+-(?=[A-Z]+[2-7]+[A-Z]|[2-7]+[A-Z]+[2-7])[A-Z2-7]{8}$/.test(stem);
  }
  found = /^(?:main|polyfills|styles|scripts|runtime|chunk)-([A-Z2-7]{8})$/.exec(stem);
  return !folder && code && found !== null && (/[0-9]/.test(found[1]) || odd.test(found[1]));
}
function release(request) {
  // S3 takes a bare plus for a space.
  let uri = request.uri === '/' ? releaseAt.index : request.uri, path = uri.replace(/\+/g, ' ');
  try { path = decodeURIComponent(path); } catch (malformed) {}
  path = path.slice(1);
  if (releaseAt.fallback && !path.slice(path.lastIndexOf('/') + 1).includes('.') && releaseAt.plain.indexOf(path) < 0) {
    path = releaseAt.fallback;
    uri = releaseAt.page;
  }
  const overlay = Object.keys(releaseAt.overlays).filter(name => releaseAt.overlays[name].indexOf(path) >= 0)[0];
  // A visitor's own header of that name must not split the cache.
  delete request.headers['x-release'];
  if (overlay) request.uri = '/.release/o/' + overlay + uri;
  else if (overlay === undefined && releaseShares(path)) request.uri = releaseAt.shared + uri;
  else {
    request.uri = (overlay === undefined ? releaseAt.slot : '/.release/o/gone') + uri;
    request.headers['x-release'] = { value: releaseAt.mark };
  }
}
