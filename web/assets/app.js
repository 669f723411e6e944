// A Mini App finds what Telegram signed behind the # of its address, where only a script can read it.
(async () => {
  const signed = new URLSearchParams(location.hash.slice(1)).get("tgWebAppData");
  const show = (id) => { document.getElementById(id).hidden = false; };
  if (!signed) { show("app-outside"); return; }
  const answer = await fetch("/login/telegram/app", {
    method: "POST",
    headers: { Authorization: "tma " + signed, Accept: "application/json" },
  }).catch(() => null);
  if (answer && answer.ok) {
    location.replace((await answer.json()).next);
  } else {
    show(answer && answer.status === 401 ? "app-refused" : "app-failed");
  }
})();
