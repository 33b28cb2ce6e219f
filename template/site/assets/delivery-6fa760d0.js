/* Tells the visitor who delivered this page, from the headers that the page itself came with.
   The name of this file carries the first 8 digits of its SHA-256: browsers keep it for a year without asking,
   so after a change give it its new name, here and in index.html. */
(async () => {
  "use strict";

  const SHOWN = [
    ["Served by", (headers) => headers.get("server")],
    ["Type", (headers) => headers.get("content-type")],
    ["Cache", (headers) => headers.get("cache-control") || "browser decides"],
    ["Changed", (headers) => when(headers.get("last-modified"))],
    ["ETag", (headers) => headers.get("etag")],
  ];

  function when(date) {
    return date && new Date(date).toLocaleString([], { dateStyle: "medium", timeStyle: "short" });
  }

  function deliveryOf(headers) {
    const via = `${headers.get("via")} ${headers.get("x-cache")}`.toLowerCase();
    if (via.includes("cloudfront")) {
      return { name: "CloudFront", hop: "cloudfront", says: "CloudFront fetched this page from a bucket that only it may read." };
    }
    if ((headers.get("server") || "").includes("AmazonS3")) {
      return { name: "S3 website", hop: "website", says: "The bucket itself answered, as an S3 website." };
    }
    return { name: "Local", says: "Neither S3 nor CloudFront answered: this looks like a server on your own machine." };
  }

  function show(list, term, value, status) {
    const row = document.createElement("div");
    const label = row.appendChild(document.createElement("dt"));
    const detail = row.appendChild(document.createElement("dd"));
    label.textContent = term;
    detail.textContent = value;
    if (status) detail.dataset.status = status;
    list.append(row);
  }

  document.querySelector("[data-host]").textContent = location.host;
  const note = document.querySelector("[data-note]");
  let response;
  try {
    response = await fetch(location.pathname, { method: "HEAD", cache: "no-store" });
  } catch {
    note.textContent = "The server did not answer a second time. Reload to try again.";
    return;
  }

  const delivery = deliveryOf(response.headers);
  const badge = document.querySelector("[data-delivery]");
  badge.textContent = delivery.name;
  badge.dataset.delivery = delivery.hop || "";
  document.querySelector(`[data-hop="${delivery.hop}"]`)?.classList.add("passed");
  note.textContent = delivery.says;

  const list = document.querySelector("[data-response]");
  show(list, "Request", `GET ${location.pathname}`);
  show(list, "Status", response.status, response.ok ? "good" : "bad");
  for (const [term, read] of SHOWN) {
    const value = read(response.headers);
    if (value) show(list, term, value);
  }
  list.hidden = false;
})();
