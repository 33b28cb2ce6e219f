// Turns a response into the answer for the seconds until a bucket has arrived at the edge location.
function tableMissing(response) {
  response.statusCode = 503;
  response.headers['retry-after'] = { value: '5' };
  response.headers['cache-control'] = { value: 'no-store' };
  return response;
}
