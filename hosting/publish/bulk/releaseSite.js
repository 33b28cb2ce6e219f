// Serves the live release of the only site in the store.
async function release(request) {
  let pointer = null;
  try {
    const text = await store.get($KEY);
    pointer = JSON.parse(text);
  } catch (missing) {}
  return releaseFrom(request, pointer);
}
