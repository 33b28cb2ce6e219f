// HTTP basic authentication. The data are a salt, and the SHA-256 hash of the salt and the credentials in base64.
const passwordData = $DATA;
function password(request) {
  const header = request.headers.authorization;
  const sent = /^basic +([A-Za-z0-9+\/=]+) *$/i.exec(header ? header.value : '');
  const hash = require('crypto').createHash('sha256').update(passwordData[0] + (sent ? sent[1] : '')).digest('hex');
  const expected = passwordData[1];
  let differs = 0;
  for (let i = 0; i < expected.length; i++) differs |= hash.charCodeAt(i) ^ expected.charCodeAt(i);
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
