// HTTP basic authentication: a salt, and the hash of that and of what browsers send.
const accessSalt = $DATA[0], accessHash = $DATA[1];
function access(request) {
  const header = request.headers.authorization;
  const sent = /^basic +([A-Za-z0-9+\/=]+) *$/i.exec(header ? header.value : '');
  const hash = require('crypto').createHash('sha256').update(accessSalt + (sent ? sent[1] : '')).digest('hex');
  let differs = 0;
  for (let i = 0; i < accessHash.length; i++) differs |= hash.charCodeAt(i) ^ accessHash.charCodeAt(i);
  if (sent && differs === 0) {
    delete request.headers.authorization;
    return;
  }
  return {
    statusCode: 401,
    headers: {
      'www-authenticate': { value: 'Basic realm="Preview", charset="UTF-8"' },
      'cache-control': { value: 'no-store' }
    }
  };
}
