// What a decoded path without the slash at its end is: 0 a file, 1 a page of the majority's form, 2 of the other form,
// 3 a page in both forms, 4 none of these. `SiteRoutes.kind_of` in site_routes.py does the same.
function routeKind(routes, name) {
  for (let kind = 0; kind < 4; kind++) if (routes.named[kind].indexOf(name) >= 0) return kind;
  const last = name.slice(name.lastIndexOf('/') + 1), dot = last.lastIndexOf('.');
  if (dot >= 0 && routes.types.includes('/' + last.slice(dot + 1).toLowerCase() + '/')) return 0;
  return routes.app ? 4 : 1;
}
