// Keeps the list of payments fresh: the server says that something changed, and the list is asked for again.
(() => {
  const list = document.getElementById("live");
  if (!list || !window.EventSource) return;
  let busy = false;
  let again = false;
  const refresh = async () => {
    if (busy) { again = true; return; }
    // Whoever is at a link or button of the list keeps it.
    if (list.contains(document.activeElement)) return;
    busy = true;
    const answer = await fetch(location.href, { headers: { Accept: "text/html" } }).catch(() => null);
    if (answer && answer.ok && !answer.redirected) {
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const fresh = page.getElementById("live");
      if (fresh) list.replaceChildren(...fresh.childNodes);
    }
    busy = false;
    if (again) { again = false; refresh(); }
  };
  const source = new EventSource(list.dataset.source);
  source.addEventListener("changed", refresh);
  addEventListener("pagehide", () => source.close());
})();
