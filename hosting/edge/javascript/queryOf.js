// Returns the query string of a request as the visitor sent it, with its question mark. Newer runtimes have a method for it:
// https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/general-helper-methods.html
// Otherwise it is joined from the parameters, which are not decoded: https://github.com/KensioSoftware/yulin/issues/1024
function queryOf(request) {
  let query = '';
  if (request.rawQueryString) query = request.rawQueryString() || '';
  else Object.keys(request.querystring).forEach((name) => {
    const found = request.querystring[name];
    (found.multiValue || [found]).forEach((val) => {
      query += (query ? '&' : '') + name + (val.value ? '=' + val.value : '');
    });
  });
  return query && '?' + query.replace(/[^!$&'()*+,\-.\/0-9:;=?@A-Z_a-z~%]+/g, encodeURIComponent);
}
