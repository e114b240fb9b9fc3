// Forms that are refused, of every kind of matter: each says what is wrong at the field that is wrong, in its reader's language, with what they typed still there and the cursor in it; without script, too. Sent again with that
// field mended, it is done.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { barriers, languages, member, overflow, speak, start, stop, submit } from "./harness.mjs";

before(start);
after(stop);

const expected = (bad) => bad.filter((b) => !/status of (400|403|404|409)/.test(b)); // a browser notes these itself
const later = (days) => new Date(Date.now() + days * 864e5).toISOString().slice(0, 10); // what was asked for cannot lie in the past
const unseen = "meet\u200bing"; // a space without width

// Each mistake: who makes it where, the act of the form, what is typed, the field that is wrong, and what is right in it; undefined where the same form is sent rightly elsewhere in this list, or by other tests.
const mistakes = [
  ["cedar-sec", "meetings/main.10", "meeting.offer", { from: later(30), until: "2026-12-32", "places:en": "The hall" }, "until", later(32)],
  ["cedar-sec", "meetings", "meeting.enter", { matter_id: "main.77", start: "2026-02-30" }, "start"],
  ["cedar-hod", "topics", "topic.raise", { matter_id: "t-forms", "title:en": unseen, "title:ja": "河川" }, "title:en", "Rivers"],
  ["cedar-hod", "topics/t-fruit", "topic.position", { "text:en": "We see it so.", "text:zh-Hans": unseen }, "text:zh-Hans", "我方认为如此。"],
  ["cedar-hod", "concerns", "concern.raise", { matter_id: "c-forms", "text:en": "It is late.", due: "2001-01-01" }, "due", ""],
  ["cedar-hod", "concerns", "concern.raise", { matter_id: "c-1", "text:en": "It is late again." }, "matter_id", "c-forms-2"],
  ["cedar-hod", "concerns", "concern.raise", { matter_id: "c-forms-3", "text:ja": "" }, "text:ja", "遅い。"],
  ["cedar-hod", "papers", "paper.send", { matter_id: "p-forms", kind: "note_verbale", to: "*", "title:en": "A note", "text:en": "A note", "text:ja": unseen }, "text:ja", "書簡"],
  ["cedar-sec", "agreed-minutes", "minutes.circulate", { matter_id: "m-forms", "title:en": "Minutes", "title:ja": unseen, paragraphs: "1 | 双方は会合した。" }, "title:ja", "議事録"],
  ["cedar-sec", "readouts", "readout.put", { matter_id: "r-forms", "title:en": unseen, sentences: "1 | 双方は会合した。" }, "title:en", "Readout"],
  ["cedar-sec", "commitments", "commitment.enter", { matter_id: "k-forms", "title:en": "To meet", owners: "*", due: "2026-13-01" }, "due", later(60)],
  ["cedar-sec", "commitments/k-6", "commitment.enter", { "title:en": "Another", owners: "*", milestones: "m1 | 招く | 2026-02-30" }, "milestones"],
  ["cedar-sec", "programmes", "programme.enter", { matter_id: "x-forms", "title:zh-Hans": unseen, "title:en": "Visits", owners: "*" }, "title:zh-Hans", "互访"],
  ["cedar-sec", "programmes/x-young", "programme.visit", { id: "v-forms", from: later(30), until: "2026-02-30" }, "until"],
  ["cedar-sec", "documents", "document.deposit", { matter_id: "fd-forms", titles: "ja | | 文書", date: "2026-02-30" }, "date"],
  ["cedar-hod", "threads", "thread.open", { matter_id: "th-forms", "title:en": unseen }, "title:en", "A thread"],
  ["cedar-hod", "threads/js-annex", "thread.say", { "text:ja": unseen }, "text:ja", "承知した。"],
  ["cedar-hod", "silence-procedures", "silence.circulate", { matter_id: "s-forms", "title:en": unseen, "text:en": "Nobody objects." }, "title:en"],
  ["cedar-hod", "glossary", "term.enter", { matter_id: "g-forms", "term:en": unseen, "term:ja": "河川" }, "term:en", "river"],
  ["cedar-hod", "guests", "guest.propose", { matter_id: "o-forms", "institution:en": "A society", from: later(30), until: "2026-02-30" }, "until"],
  ["cedar-hod", "days-off", "holidays.declare", { matter_id: "cedar.2027", off: "2027-02-30 | 休日" }, "off", "2027-02-28 | 休日"],
  ["cedar-hod", "outside-witnesses", "witness.propose", { matter_id: "w-forms", "operator:en": "A house", submissions: "nowhere", verifier_keys: "key" }, "submissions"],
  ["cedar-hod", "line/main", "propose", { from_day: "2026-02-30", times: "mon 09:00 +00:00", minutes: "15" }, "from_day"],
  ["cedar-hod", "situation", "declare", { level: "calm", words: "平穏である。", from: "2026-02-30" }, "from"],
  ["cedar-hod", "situation", "declare", { level: "calm", words: unseen, from: "2025-03-01" }, "words", "平穏である。"],
  ["cedar-sec", "ours", "task", { words: "To look into it", due: "2026-02-30" }, "due", later(7)],
  ["cedar-sec", "ours", "circulate", { title: "A draft", words: "Words", offices: "Treaty office: nobody-here" }, "offices"],
  ["cedar-hod", "texts/calendar-3", "propose", { "text:en": unseen }, "text:en"],
  ["cedar-hod", "texts/calendar-3", "comment", { version: unseen }, "version", "When?"],
  ["cedar-sec", "ours", "note", { words: "Ours", matter: "no matter" }, "matter", ""],
];

// fill types into a form as a hand would that knows no bounds: what a browser itself would not send is sent, too.
function fill(form, typed) {
  return form.evaluate((form, typed) => {
    form.noValidate = true;
    for (const [name, value] of Object.entries(typed)) {
      const fields = [...form.elements].filter((e) => e.name === name);
      if (!fields.length) throw new Error(`the form has no ${name}`);
      for (const f of fields) {
        if (f.type === "checkbox") f.checked = value === "*" || f.value === value;
        else if (f.localName === "select") f.value = value;
        else {
          if (f.localName === "input") f.type = "text";
          f.value = value;
        }
      }
    }
    for (let e = form; e; e = e.parentElement) if (e.localName === "details") e.open = true;
  }, typed);
}

// at is the form of an act on the page.
const at = (page, act) => page.locator(`main form:has(input[type=hidden][value="${act}"]), main form:has(button[value="${act}"])`).first();
const send = (who, form, act) => submit(who, form.locator(`button[value="${act}"], button.primary, button[type=submit]`).first());

for (const [i, language] of languages.entries()) {
  test(`mistakes in forms in ${language}`, { timeout: 900_000 }, async (t) => {
    const readers = new Map(), faults = [];
    for (const [n, [id, path, act, typed, field, right]] of mistakes.entries()) {
      if (n % languages.length !== i) continue; // what a mistake leads to is the same in each
      if (!readers.has(id)) {
        const who = await member(id, { viewport: { width: 320, height: 800 }, javaScriptEnabled: i !== 1, colorScheme: i === 2 ? "dark" : "light" });
        await speak(who, language);
        readers.set(id, who);
      }
      const who = readers.get(id), page = who.page, fault = (f) => faults.push(`${path} ${act} ${field}: ${f}`);
      await who.go("/m/valley/" + path);
      await fill(at(page, act), typed);
      await send(who, at(page, act), act);
      const now = page.locator("[aria-invalid=true]");
      for (let tries = 0; tries < 50 && !(await now.evaluateAll((all) => all.every((e) => e === document.activeElement && e.getBoundingClientRect().top < innerHeight))); tries++) await page.waitForTimeout(100); // the cursor comes with the first picture of a page
      const alert = page.locator("main .banner.problem[role=alert]").first();
      if (!(await alert.count())) { fault("it was not refused"); continue; }
      const says = (await alert.innerText()).trim();
      if ((await now.count()) !== 1) { fault(`${await now.count()} fields are called wrong: ${says}`); continue; }
      const found = await now.evaluate((e) => ({ name: e.name, focus: e === document.activeElement, seen: e.checkVisibility(), says: document.getElementById(e.getAttribute("aria-describedby"))?.innerText.trim(), top: e.getBoundingClientRect().top }));
      if (found.name !== field) fault(`${found.name} is called wrong: ${says}`);
      if (!found.focus || !found.seen || found.top < 0 || found.top > 800) fault(`the cursor is not in it: ${JSON.stringify(found)}`);
      if (found.says !== says) fault(`at the field it says “${found.says}”, above “${says}”`);
      if ((language === "en") !== /^[\x20-\u02ff‘’“”…–\u200b]*$/.test(says.replace(/“[^”]*”|「[^」]*」/g, ""))) fault(`that is not ${language}: ${says}`);
      const kept = await at(page, act).evaluate((form, names) => Object.fromEntries(names.map((n) => [n, [...form.elements].find((e) => e.name === n && (e.type !== "checkbox" || e.checked))?.value])), Object.keys(typed));
      for (const [name, value] of Object.entries(typed)) if (value !== "*" && kept[name] !== value) fault(`${name} holds “${kept[name]}”, not “${value}”`);
      if (await overflow(page)) fault("it is wider than the window");
      if (i !== 1) for (const b of await barriers(page)) fault(b);
      if (right === undefined) continue;
      await fill(at(page, act), { [field]: right });
      await send(who, at(page, act), act);
      if (!(await page.locator(".banner.done").count())) fault(`mended, it is refused: ${await page.locator("main .banner.problem").first().innerText()}`);
    }
    t.diagnostic(`${mistakes.length} mistakes, a third of them here`);
    assert.deepEqual([...faults, ...[...readers.values()].flatMap((who) => expected(who.bad))], []);
    for (const who of readers.values()) await who.context.close();
  });
}
