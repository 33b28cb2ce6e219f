// Sets the status of an error page, which its metadata has, and the headers that the function for requests has found.
function releaseResponse(request, response) {
  const status = response.headers['x-amz-meta-status'], found = request.headers['x-release'];
  if (status) {
    response.statusCode = parseInt(status.value, 10);
    delete response.headers['x-amz-meta-status'];
  }
  const values = found ? JSON.parse(decodeURIComponent(found.value)) : {};
  Object.keys(values).forEach((name) => { response.headers[name] = { value: values[name] }; });
}
