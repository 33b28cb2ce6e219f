// Leads each request to the live release. The patterns are those of hosting.publish.staging.generators.
const releaseAt = $DATA;
const releaseForm = /^(?:$FORM)$/, releaseExcluded = /^(?:$EXCLUDED)$/i;
function releaseShares(path) {
  const bare = path.replace(/$ADDITIONS$/, '$1');
  return releaseForm.test(bare) && !releaseExcluded.test(bare);
}
function release(request) {
  let uri = request.uri === '/' ? releaseAt.index : request.uri, path = uri;
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
