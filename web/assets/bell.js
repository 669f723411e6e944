// Keeps the number beside the inbox up to date while a page of the account is open. The server ends the
// stream when the session ends; a page that may not have one simply keeps the number it came with.
(() => {
  const number = document.getElementById("unread");
  if (!number || !window.EventSource) return;
  const source = new EventSource("/account/inbox/stream");
  source.addEventListener("unread", (message) => {
    const unread = Number(message.data);
    number.textContent = unread > 99 ? "99+" : String(unread);
    number.hidden = unread === 0;
  });
  window.addEventListener("pagehide", () => source.close());
})();
