/** What the live page runs: it puts in what comes, and leaves open and focused what was. */
export const LIVE_SCRIPT = `
const stops = () => [...document.querySelectorAll("a, summary, [tabindex]")];
new EventSource("events").onmessage = ({ data }) => {
  const seen = new Map([...document.querySelectorAll("details")].map(({ dataset, open }) => [dataset.name, open]));
  const focused = stops().indexOf(document.activeElement);
  document.body.innerHTML = data;
  document.title = document.querySelector("h1").textContent;
  for (const part of document.querySelectorAll("details")) part.open = seen.get(part.dataset.name) ?? part.open;
  if (focused >= 0) stops()[focused]?.focus({ preventScroll: true });
};
`;
