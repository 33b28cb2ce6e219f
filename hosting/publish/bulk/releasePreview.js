// Serves the preview that the host names: 404 for an unknown one, 410 after its expiry, 401 without a password, and then a
// file of its release. No answer may be indexed.
async function preview(request) {
  const answer = await previewAnswer(request);
  if (answer) {
    answer.headers = answer.headers || {};
    answer.headers['x-robots-tag'] = { value: 'noindex' };
  }
  return answer;
}
async function previewAnswer(request) {
  const key = $KEY;
  let pointer = null;
  try {
    const text = await store.get(key);
    pointer = JSON.parse(text);
  } catch (unknown) {}
  if (!key || !pointer || !pointer.z) return previewClosed(404);
  if (pointer.z * 1000 <= Date.now()) return previewClosed(410);
  const hashes = ['$PASSWORD_HASH', pointer.h].filter((hash) => hash);
  const denied = hashes.length && passwordAnswer(request, '$SALT', hashes);
  if (denied) return denied;
  const answer = await releaseFrom(request, pointer);
  return answer;
}
function previewClosed(status) {
  return { statusCode: status, headers: { 'cache-control': { value: 'no-store' } } };
}
