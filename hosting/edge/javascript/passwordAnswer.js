// Returns the answer for a visitor who sends none of the passwords by HTTP basic authentication. A password is given by the
// SHA-256 hash of the salt and the credentials in base64.
function passwordAnswer(request, salt, hashes) {
  const header = request.headers.authorization;
  const sent = /^basic +([A-Za-z0-9+\/=]+) *$/i.exec(header ? header.value : '');
  const hash = require('crypto').createHash('sha256').update(salt + (sent ? sent[1] : '')).digest('hex');
  const differs = (expected) => {
    let bits = 0;
    for (let i = 0; i < expected.length; i++) bits |= hash.charCodeAt(i) ^ expected.charCodeAt(i);
    return bits !== 0;
  };
  if (sent && !hashes.every(differs)) {
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
