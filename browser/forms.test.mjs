// Forms that are refused: each says what is wrong at the field that is wrong, in its reader's language, with what they typed still there and the cursor in it; without script, too.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { barriers, languages, member, overflow, speak, start, stop, submit } from "./harness.mjs";

before(start);
after(stop);

const expected = (bad) => bad.filter((b) => !/status of (400|403|404|409)/.test(b)); // a browser notes these itself
const unseen = "meet\u200bing"; // a space without width

// wrong is one mistake in a form: where it is, what button sends it, what is typed, and the field that the answer has to speak of; "" for a fault of the whole. What is not typed is filled in by plenty.
const wrong = [
  ["/m/valley/meetings", "meeting.convene", { start: "2026-02-30" }],
  ["/m/valley/topics", "topic.raise", { "title:en": unseen }],
  ["/m/valley/concerns", "concern.raise", { due: "2001-01-01" }],
  ["/m/valley/concerns", "concern.raise", { matter_id: "c-1" }],
  ["/m/valley/papers", "paper.send", { "title:ja": unseen }],
  ["/m/valley/agreed-minutes", "minutes.draft", { "title:en": unseen }],
  ["/m/valley/readouts", "readout.issue", { "title:zh-Hans": unseen }],
  ["/m/valley/commitments", "commitment.enter", { due: "2026-13-01" }],
  ["/m/valley/programmes", "programme.propose", { start: "2026-02-30" }],
  ["/m/valley/documents", "document.enter", { date: "2026-02-30" }],
  ["/m/valley/threads", "thread.open", { "title:en": unseen }],
];
export { wrong, unseen };

test("list", async () => {
  const who = await member("cedar-hod");
  await speak(who, "en");
  for (const kind of ["meetings", "topics", "concerns", "papers", "agreed-minutes", "readouts", "commitments", "programmes", "documents", "threads", "silence-procedures", "glossary", "guests", "days-off", "line/main", "situation", "ours", "outside-witnesses"]) {
    await who.go("/m/valley/" + kind);
    console.log(kind, JSON.stringify(await who.page.locator("main form[method=post]").evaluateAll((all) => all.map((f) => [f.getAttribute("action"), [...f.elements].filter((e) => e.name).map((e) => `${e.name}${e.type === "hidden" || e.type === "submit" ? "=" + e.value : ":" + e.type}${e.required ? "!" : ""}`).join(" ")]))));
  }
});
