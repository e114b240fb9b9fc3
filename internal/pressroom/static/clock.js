// Counts down to the instant from which a previewed text is public. Without it the page says how long it was when it was made.
const left = document.getElementById("left");
if (left) {
  const until = Date.parse(left.dataset.until), began = Date.now(), two = (n) => String(n).padStart(2, "0");
  const clock = document.createElement("span");
  clock.className = "clock";
  clock.setAttribute("role", "timer");
  left.append(" ", clock);
  const tick = () => {
    const s = Math.max(0, Math.ceil((until - Date.now()) / 1000));
    clock.textContent = `${Math.floor(s / 3600)}:${two(Math.floor(s / 60) % 60)}:${two(s % 60)}`;
    if (!s && until > began) location.reload();
  };
  tick();
  setInterval(tick, 1000);
}
