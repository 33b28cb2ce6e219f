// A redirect. A path of ours has one slash in front: browsers take two, or a backslash, for another host. What a header
// can't have is encoded by whole runs, as half of a character can't be.
function redirectTo(status, location) {
  const safe = location.replace(/^[\/\\]+/, '/').replace(/[^\x21-\x7e]+/g, encodeURIComponent);
  return { statusCode: status, headers: { location: { value: safe } } };
}
