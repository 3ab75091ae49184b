/** What the live page runs: it puts in what comes, and leaves open and focused what was. */
export const LIVE_SCRIPT = `
const stops = () => [...document.querySelectorAll("a, summary, [tabindex]")];
new EventSource("events").onmessage = ({ data }) => {
  const opened = [...document.querySelectorAll("details[open] [id]")].map(({ id }) => id);
  const focused = stops().indexOf(document.activeElement);
  document.body.innerHTML = data;
  document.title = document.querySelector("h1").textContent;
  for (const id of opened) document.getElementById(id)?.closest("details").setAttribute("open", "");
  if (focused >= 0) stops()[focused]?.focus({ preventScroll: true });
};
`;
