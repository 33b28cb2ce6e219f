// Asks for a password. The data are a salt, and the hash of the credentials.
const passwordData = $DATA;
function password(request) {
  return passwordAnswer(request, passwordData[0], [passwordData[1]]);
}
